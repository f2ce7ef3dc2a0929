import { describe, expect, it } from '@jest/globals';
import { linkedin } from './index.js';
import { unquoted } from './share.js';
import { articleOf, locate, postOf, urnIn } from './uri.js';

const recognise = (text: string) => {
  const head = Buffer.from(text);
  return linkedin.recognise({ path: 'a.bin', size: head.length, head, paths: ['a.bin'] });
};

describe('locate', () => {
  const activity = postOf('urn:li:activity:7113000000000000001');
  it.each([
    ['https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A7113000000000000001', activity],
    ['https://www.linkedin.com/feed/update/urn:li:activity:7113000000000000001/?commentUrn=x', activity],
    ['https://www.linkedin.com/posts/nour-example_words-of-it-activity-7113000000000000001-Ab1c?utm=x', activity],
    [
      'https://de.linkedin.com/posts/nour_x-share-7113000000000000001-Ab1c/',
      postOf('urn:li:share:7113000000000000001'),
    ],
    [
      'https://www.linkedin.com/embed/feed/update/urn:li:ugcPost:7113000000000000001',
      postOf('urn:li:ugcPost:7113000000000000001'),
    ],
    ['https://www.linkedin.com/pulse/a-title-nour-example-ab1c?trk=x', articleOf('a-title-nour-example-ab1c')],
  ])('%s', (url, uri) => {
    expect(locate(url)).toBe(uri);
  });

  it.each([
    'https://www.linkedin.com/in/nour-example',
    'https://www.linkedin.com/feed/',
    'https://a.example/feed/update/urn:li:activity:7113000000000000001',
  ])('%s names nothing', (url) => {
    expect(locate(url)).toBeUndefined();
  });

  it('keeps the namespaces of numbers apart', () => {
    expect(urnIn('urn:li:fsd_update:(urn:li:activity:7113000000000000001,MAIN_FEED)')).toBe(
      'urn:li:activity:7113000000000000001',
    );
    expect(urnIn('urn:li:comment:(activity:7113000000000000001,7113000000000000002)')).toBeUndefined();
  });
});

describe('the words of a share', () => {
  it('have their line breaks back, while all are written LinkedIn’s way', () => {
    expect(unquoted('a"\n""\n"b')).toBe('a\n\nb');
    expect(unquoted('he said "yes""\n""no"')).toBe('he said "yes"\n"no"');
    expect(unquoted('a"\n"b\nc')).toBe('a"\n"b\nc');
    expect(unquoted('a\nb')).toBe('a\nb');
  });
});

describe('recognise', () => {
  it('claims no other tables and pages', () => {
    expect(recognise('Date,Link\n2022-03-01 10:00:00,https://a.example/\n')).toBeNull();
    expect(recognise('date,text,link\n2022-03-01,hello,https://a.example/\n')).toBeNull();
    expect(recognise('First Name,Last Name,Email\nNour,Example,x\n')).toBeNull();
    expect(recognise('<html><body><h1><a href="https://a.example">x</a></h1><p>Created on 2020</p>')).toBeNull();
    const line = { source_platform: 'tiktok.com', timestamp_collected: 1697120000123, data: { id: '1' } };
    expect(recognise(JSON.stringify(line))).toBeNull();
  });

  it('keeps private tables sealed, and each with what opens it', () => {
    expect(recognise('From,To,Sent At,Message,Direction\nx,y,1/1/20,hi,OUTGOING\n')).toMatchObject({
      role: 'sealed',
      opensWith: 'account',
    });
    expect(recognise('CONVERSATION ID,CONVERSATION TITLE,FROM,TO,DATE,SUBJECT,CONTENT,FOLDER\n')).toMatchObject({
      role: 'sealed',
      opensWith: 'direct',
    });
    expect(recognise('Date,Link,OptionText\n')).toMatchObject({ role: 'sealed', opensWith: 'account' });
  });
});
