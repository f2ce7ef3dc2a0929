import { describe, expect, it } from '@jest/globals';
import { describeSource } from '../../../test/contract/describe-source.js';
import { discord } from './index.js';
import { locate, timeOfId } from './uri.js';

describeSource(discord, {
  folder: 'src/sources/discord/fixtures',
  fixtures: [
    { path: 'channel.json', format: 'discord-exporter', records: 5, read: 5, rejected: 1 },
    { path: 'api.jsonl', format: 'discord-api', records: 6, read: 7, rejected: 2 },
    { path: 'package', format: 'discord-package,discord-package-table', records: 4, read: 4, rejected: 1 },
  ],
});

describe('discord', () => {
  it('knows a message by its page, on all of its hosts', () => {
    for (const host of ['discord.com', 'ptb.discord.com', 'discordapp.com']) {
      expect(locate(`https://${host}/channels/910000000000000001/910000000000000002/920108000000000003`)).toBe(
        'perdure:discord:message:920108000000000003',
      );
    }
    expect(locate('https://discord.com/channels/910000000000000001/910000000000000002')).toBeUndefined();
  });

  it('reads the time in an id', () => {
    expect(timeOfId('175928847299117063')!.at).toBe('2016-04-30T11:18:25.796Z');
    expect(timeOfId('100')).toBeUndefined();
  });

  it('seals a conversation of two, and opens it when asked', () => {
    const head = Buffer.from(
      '{"guild":{"id":"0","name":"Direct Messages"},"channel":{"id":"910000000000000012","type":"DirectTextChat"},"dateRange":{"after":null,"before":null},"messages":[',
    );
    expect(discord.recognise({ path: 'dm.json', size: head.length, head, paths: ['dm.json'] })).toMatchObject({
      role: 'sealed',
      opensWith: 'direct',
    });
  });
});
