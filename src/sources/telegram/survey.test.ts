import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ChatSurvey } from './survey-json.js';

async function survey(text: string, size = 65_536): Promise<ChatSurvey> {
  const bytes = Buffer.from(text);
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < bytes.length; i += size) yield await Promise.resolve(bytes.subarray(i, i + size));
  };
  return ChatSurvey.read(chunks(), 'result.json');
}

const said = (id: number, from: string, more = ''): string =>
  `{"id":${id},"type":"message","date":"2016-12-13T21:04:11",${more}"from_id":"${from}","text":"}],{\\"id\\":1"}`;
const unix = '"date_unixtime":"1481655851",';

describe('the survey of an account', () => {
  const chats = [
    `{"name":"A","type":"personal_chat","id":5,"messages":[${said(1, 'user5', unix)},${said(2, 'user7', unix)}]}`,
    `{"messages":[],"type":"private_group","id":6}`,
    `{"name":"C","type":"public_channel","id":8,"messages":[${said(10, 'channel8')},${said(14, 'channel8')},{"id":15,"type":"unsupported"}]}`,
    `{"type":"saved_messages","id":7,"messages":[${said(3, 'user7')}]}`,
  ];
  const list = `{"about":"x","contacts":{"list":[{"user_id":9,"id":1,"name":"no chat"}]},"chats":{"list":[${chats.join(', ')}]}}`;

  it('knows each chat, where it begins and who exported it', async () => {
    const { chats: found } = await survey(list);
    expect(found.map(({ from: _from, ordinal: _ordinal, ...rest }) => rest)).toEqual([
      { id: '5', type: 'personal_chat', name: 'A', exporter: '7' },
      { id: '6', type: 'private_group' },
      { id: '8', type: 'public_channel', name: 'C' },
      { id: '7', type: 'saved_messages', exporter: '7' },
    ]);
    for (const [index, chat] of found.entries()) {
      const begin = list.indexOf(chats[index]!);
      expect(chat.from).toBeGreaterThan(begin);
      expect(chat.from).toBeLessThan(begin + chats[index]!.length);
    }
  });

  it('takes the account’s own word on who exported it', async () => {
    const told = list.replace(
      '"about":"x"',
      '"personal_information":{"first_name":"N","user_id":12,"phone_number":"0"}',
    );
    const { chats: found, warnings } = await survey(told);
    expect(new Set(found.map((chat) => chat.exporter))).toEqual(new Set(['12']));
    expect(warnings).toContainEqual(expect.stringMatching(/not read: contacts, personal_information$/));
  });

  it('counts the gaps where numbers are the chat’s own, and calls them no deletions', async () => {
    const { warnings } = await survey(list);
    expect(warnings.filter((warning) => warning.includes('message numbers'))).toEqual([
      expect.stringMatching(
        /^result\.json: 3 of the message numbers 10 to 15 of "C" are not in the file: .*nothing says which$/,
      ),
    ]);
  });

  it('does not take a message that it could not look at for a gap', async () => {
    const long = said(11, 'channel8').replace('"text":"', `"text":"${'x'.repeat(300_000)}`);
    const chat = `{"name":"C","type":"public_channel","id":8,"messages":[${said(10, 'channel8')},${long},${said(12, 'channel8')}]}`;
    expect((await survey(chat)).warnings).toEqual([]);
  });

  it('takes the shift of old headers off', async () => {
    const old = `{"name":"A","type":"personal_chat","id":${2 ** 32 + 5},"messages":[{"id":1,"type":"message","date":"2016-12-13T21:04:11","from_id":${2 ** 32 + 7},"text":""}]}`;
    expect((await survey(old)).chats).toMatchObject([{ id: '5', exporter: '7' }]);
    const today = old.replace('"date":', '"date_unixtime":"1481655851","date":');
    expect((await survey(today)).chats).toMatchObject([{ id: String(2 ** 32 + 5) }]);
  });

  it('finds the same however the bytes arrive, and lives through damage', async () => {
    const bytes = Buffer.from(list);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.nat(255),
        fc.integer({ min: 1, max: 200 }),
        async (at, byte, size) => {
          const damaged = Buffer.from(bytes);
          damaged[at] = byte;
          const text = damaged.toString('latin1');
          expect((await survey(text, size)).chats).toEqual((await survey(text)).chats);
        },
      ),
      { numRuns: 150 },
    );
  });
});
