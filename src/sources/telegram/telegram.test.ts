import { describeSource } from '../../../test/contract/describe-source.js';
import { telegram } from './index.js';

describeSource(telegram, {
  folder: 'src/sources/telegram/fixtures',
  accounts: [{ path: 'accounts/page.html', format: 'telegram-tme', account: 'https://t.me/c/9999000000001' }],
  fixtures: [
    { path: 'channel', format: 'telegram-json', records: 19, read: 19, rejected: 3 },
    { path: 'account.json', format: 'telegram-json', records: 9, read: 9, rejected: 2 },
    {
      path: 'old.json',
      format: 'telegram-json',
      records: 2,
      read: 2,
      rejected: 0,
      options: { timezone: 'Asia/Damascus' },
    },
    { path: 'no-header.json', format: 'telegram-json', records: 3, read: 3, rejected: 0 },
    { path: 'html-export', format: 'telegram-html', records: 9, read: 11, rejected: 2 },
    { path: 'channel-page.html', format: 'telegram-tme', records: 11, read: 11, rejected: 1 },
    { path: 'embed.html', format: 'telegram-tme', records: 1, read: 1, rejected: 0 },
    { path: 'odd-page.html', format: 'telegram-tme', records: 3, read: 3, rejected: 2 },
    { path: 'empty-page.html', format: 'telegram-tme', records: 1, read: 1, rejected: 1 },
  ],
});
