import { createReadStream, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { it, expect } from '@jest/globals';
import { unzstd } from '../../src/pipeline/zstd.js';
it.each([['b3','b'],['b19','b'],['bl','b'],['bs','b'],['an','a'],['multi','b+a']])('%s', async (name, orig) => {
  const t = Date.now(); const h = createHash('sha256'); let n=0;
  try { for await (const c of unzstd(createReadStream(`/tmp/z/${name}.zst`))) { h.update(c); n+=c.length; } } catch (e) { console.log(name, String(e)); return; }
  const w = createHash('sha256'); for (const o of orig.split('+')) w.update(readFileSync('/tmp/z/'+o));
  expect(h.digest('hex')).toBe(w.digest('hex')); console.log(name, n, Date.now()-t);
});
