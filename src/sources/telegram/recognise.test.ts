import { describe, expect, it } from '@jest/globals';
import { recognise } from './recognise.js';

function of(path: string, text: string, paths: readonly string[] = [path]) {
  const head = Buffer.from(text);
  const found = recognise({ path, size: head.length, head, paths });
  return found && [found.format, found.role];
}

describe('what Telegram’s files are known by', () => {
  it('knows a chat, an account, and their beginnings', () => {
    const chat = '{"name":"x","type":"private_group","id":1,"messages":[';
    const message = '{"id":2,"type":"message","date":"2016-12-13T21:04:11","text":"';
    expect(of('result.json', `${chat}${message}`)).toEqual(['telegram-json', 'records']);
    expect(of('renamed.txt', `\ufeff${chat}]}`)).toEqual(['telegram-json', 'records']);
    expect(of('result.json', `{"chats":{"about":"","list":[${chat}${message}"}]}]}}`)).toEqual([
      'telegram-json',
      'records',
    ]);
    const about = '{"about":"Here is the data you requested. Remember: Telegram is ad free",';
    expect(of('result.json', `${about}"personal_information":{"user_id":1,"first_name":"`)).toEqual([
      'telegram-json',
      'records',
    ]);
  });

  it.each([
    ['Messenger', '{"participants":[{"name":"a"}],"messages":[{"sender_name":"a","timestamp_ms":1,"content":"x"}]}'],
    ['Discord', '{"guild":{},"channel":{},"messages":[{"id":"1","type":"Default","timestamp":"2016-12-13T21:04:11"}]}'],
    ['Slack', '[{"type":"message","ts":"1481655851.000001","text":"x"}]'],
    ['Matrix', '{"room_name":"a","messages":[{"type":"m.room.message","content":{}}]}'],
    ['a chat program', '{"messages":[{"role":"user","type":"message","content":"x"}]}'],
    ['a page', '<html><head><title>Exported Data</title></head><body><div class="message">x</div></body></html>'],
    [
      'a page with a widget',
      '<html><body><script src="https://telegram.org/js/telegram-widget.js" data-telegram-post="a/1"></script></body></html>',
    ],
    ['words about classes', '<html><body><p>tgme_widget_message is a class</p></body></html>'],
  ])('does not claim %s', (_name, text) => {
    expect(of('result.json', text)).toBeNull();
    expect(of('page.html', text)).toBeNull();
  });

  it('takes an export’s files for media, the account’s own for private, the frame for nothing', () => {
    const paths = [
      'e/result.json',
      'e/photos/1.jpg',
      'e/chats/chat_01/files/a.pdf',
      'e/contacts/1.vcf',
      'e/css/style.css',
      'photos/2.jpg',
    ];
    const roles = paths.slice(1).map((path) => of(path, 'bytes', paths)?.[1]);
    expect(roles).toEqual(['media', 'media', 'sealed', undefined, undefined]);
    expect(of('photos/1.jpg', 'bytes', ['photos/1.jpg', 'messages.html'])).toEqual(['telegram-html', 'media']);
    expect(of('photos/1.jpg', 'bytes')).toBeNull();
  });

  it('seals the pages about the account', () => {
    const page = '<title>Exported Data</title><div class="page_body list_page"><div class="entry_list">';
    expect(of('lists/sessions.html', page)).toEqual(['telegram-html', 'sealed']);
  });

  it('is quick with hostile pages', () => {
    const before = process.cpuUsage();
    for (const text of ['<a class="x '.repeat(5_000), '<div '.repeat(12_000), 'class="'.repeat(9_000)])
      of('page.html', text);
    expect(process.cpuUsage(before).user / 1e3).toBeLessThan(500);
  });
});
