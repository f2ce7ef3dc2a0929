/**
 * The UTF-16 unit at a place, as `text.charCodeAt(i)` gives it. V8 keeps strings in many shapes (flat, joined, cut from
 * another, of one byte or two); a loop that meets more than four of them looks the method up again for each character:
 * 15 ns instead of 3 (Node 20). Called like this there is nothing to look up. Take the length out of the loop as well.
 */
// eslint-disable-next-line @typescript-eslint/unbound-method -- taken off its object on purpose, and called with a string
export const unitAt: (text: string, i: number) => number = Function.prototype.call.bind(String.prototype.charCodeAt);
