import { readFileSync } from 'node:fs';
import { it } from '@jest/globals';
import { Xxh64 } from '../../src/pipeline/xxh64.js';
it('h', () => { const b = readFileSync('/tmp/z/b'); for (let k=0;k<3;k++){const t=Date.now(); const x=new Xxh64(); for(let i=0;i<b.length;i+=131072) x.update(b.subarray(i,i+131072)); x.lower(); console.log(Date.now()-t);} });
