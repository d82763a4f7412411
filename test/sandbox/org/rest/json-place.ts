/** An object or an array that the reader is inside of. */
interface Open {
  key: string | number;
  /** Where the member begins for the reader: at the comma before the member, or at the name of an object's first. */
  begins: number;
  readsName: boolean;
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/**
 * Where the JSON reader of the REST API says that the member of a body stands whose value has the wrong type: in the
 * public answer to a third member it is the column of the comma before the member's name. `text` is JSON.
 *
 * @see https://salesforce.stackexchange.com/questions/54882
 */
export function placeOf(text: string, path: readonly (string | number)[]): string {
  return place(text, begins(text, path) ?? 1);
}

function begins(text: string, path: readonly (string | number)[]): number | undefined {
  const open: Open[] = [];
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    const member = read(open, token, index);
    if (member && open.length === path.length && open.every(({ key }, at) => key === path[at])) return member.begins;
  }
  return undefined;
}

/** Reads one token; returns the innermost object where the token is the name of a member. */
function read(open: Open[], token: string, index: number): Open | undefined {
  const top = open.at(-1);
  if (token === '{') open.push({ key: '', begins: -1, readsName: true });
  else if (token === '[') open.push({ key: 0, begins: index, readsName: false });
  else if (token === '}' || token === ']') open.pop();
  else if (top && token === ',') next(top, index);
  else if (top?.readsName) return name(top, token, index);
  return undefined;
}

function next(top: Open, index: number): void {
  top.begins = index;
  if (typeof top.key === 'number') top.key += 1;
  else top.readsName = true;
}

function name(top: Open, token: string, index: number): Open {
  top.key = JSON.parse(token) as string;
  top.readsName = false;
  if (top.begins < 0) top.begins = index;
  return top;
}

function place(text: string, index: number): string {
  const before = text.slice(0, index).split('\n');
  return `[line:${before.length}, column:${(before.at(-1)?.length ?? 0) + 1}]`;
}
