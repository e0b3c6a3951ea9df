// Where two addresses differ: what they share at the start and at the end, and the middle where they part.

export interface Part {
  text: string;
  differs: boolean;
}

/** @returns both texts cut into parts, and how many characters lie between what they share */
export function difference(leftText: string, rightText: string): { left: Part[]; right: Part[]; distance: number } {
  const [left, right] = [[...leftText], [...rightText]];
  const shortest = Math.min(left.length, right.length);
  let start = 0;
  while (start < shortest && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < shortest - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  const cut = (text: readonly string[]): Part[] =>
    [
      { text: text.slice(0, start).join(''), differs: false },
      { text: text.slice(start, text.length - end).join(''), differs: true },
      { text: text.slice(text.length - end).join(''), differs: false },
    ].filter((part) => part.text !== '');
  return { left: cut(left), right: cut(right), distance: left.length + right.length - 2 * (start + end) };
}
