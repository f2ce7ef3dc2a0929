import { describeSource } from '../../../test/contract/describe-source.js';
import { tumblr } from './index.js';

describeSource(tumblr, {
  folder: 'src/sources/tumblr/fixtures',
  fixtures: [
    // All legacy types; two reblogs bring the post that they pass on.
    { path: 'posts.json', format: 'tumblr-api', records: 10, read: 12, rejected: 0 },
    // Blocks: a reblog of a chain of two that can be named, one of a single post; a post without a number; the text post
    // again, among likes; an error, a blog, notes.
    { path: 'answers.jsonl', format: 'tumblr-api', records: 10, read: 13, rejected: 4 },
    { path: 'blog.json', format: 'tumblr-api', records: 1, read: 1, rejected: 1 },
    { path: 'read.js', format: 'tumblr-api-v1', records: 1, read: 8, rejected: 1 },
    { path: 'posts.xml', format: 'tumblr-xml', records: 4, read: 4, rejected: 1 },
    { path: 'export', format: 'tumblr-page', records: 2, read: 2, rejected: 0 },
  ],
});
