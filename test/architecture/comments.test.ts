import { expect, it } from 'vitest';
import { productFiles } from './source-files.ts';

/** Words pointing at a thing named elsewhere: the reader has to search for the name. */
const PRONOUNS = new Set(
  'it its itself that those these this they them their theirs themselves he him his she her one ones other others another who whom whose whoever whatever whichever somebody someone anybody nobody everybody something anything nothing everything such which what there here so each both either neither none we us our ours you your'.split(
    ' ',
  ),
);

/** In percent of the words of all comments. */
const LIMIT = 4;

function commentsOf(text: string): string {
  const blocks = [...text.matchAll(/\/\*\*?([\s\S]*?)\*\//g)].map(([, comment = '']) => comment);
  const lines = [...text.matchAll(/(?:^|\s)\/\/ (.*)$/gm)].map(([, comment = '']) => comment);
  // Code, addresses and tags are not prose.
  return [...blocks, ...lines].join('\n').replaceAll(/`[^`]*`|https?:\S+|@\w+|\{[^}]*\}/g, ' ');
}

it('comments name things: pronouns are rare', () => {
  const counts = productFiles.map(({ path, text }) => {
    const words =
      commentsOf(text)
        .toLowerCase()
        .match(/[a-z']+/g) ?? [];
    return { path, words: words.length, pronouns: words.filter((word) => PRONOUNS.has(word)).length };
  });
  const words = counts.reduce((sum, file) => sum + file.words, 0);
  const pronouns = counts.reduce((sum, file) => sum + file.pronouns, 0);
  const percent = (100 * pronouns) / words;
  const worst = counts
    .filter(({ words: length }) => length >= 40)
    .toSorted((one, next) => next.pronouns / next.words - one.pronouns / one.words)
    .slice(0, 10)
    .map((file) => `${file.path}: ${file.pronouns} of ${file.words}`);
  expect({ percent: percent <= LIMIT ? LIMIT : percent, worst }).toEqual({ percent: LIMIT, worst });
});
