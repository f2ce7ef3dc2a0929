/** Sentences that stand where a status was: what the platform says of it, never what its author said. */
import type { Outcome } from '../../core/reading.js';

/** Which outcome each tells. The first that is found counts, so the more exact stand first. */
const SENTENCES: readonly (readonly [RegExp, Outcome])[] = [
  [
    /作者已设置仅展示|可见时间范围|没有这条微博的查看权限|暂无查看权限|仅对.{0,8}可见|由于作者(?:隐私)?设置/,
    'forbidden',
  ],
  [/帐号.{0,40}(?:无法查看|已被封|被注销)|账号.{0,40}(?:无法查看|已被封|冻结)|该用户已被封/, 'suspended'],
  [/已被作者删除|已被(?:原作者)?删除|已经被(?:作者|原作者)?删除|此微博已被删除/, 'deleted'],
  [/微博不存在/, 'notFound'],
  [/已不可见|无法查看|已被屏蔽|不适宜公开|暂时无法/, 'forbidden'],
];

/** Longer than any of these sentences with its links. */
const MAX_LENGTH = 160;

/** Asked only of a status without an author, or marked `deleted`: anybody may write such a sentence. */
export function outcomeOf(text: string): Outcome | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  return SENTENCES.find(([sentence]) => sentence.test(text))?.[1];
}
