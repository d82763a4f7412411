/** Seeds that once broke an invariant, and what was wrong. They are run with every test. */
export const REGRESSIONS: readonly (readonly [seed: number, what: string])[] = [
  [782, 'a row read again at settling passed for our own push'],
  [129, 'a person edited during a push was parked for values it no longer held'],
  [317, 'the same, by sync person'],
  [670, 'the same, after a delayed message'],
  [2008, 'a creation that was never answered was met as somebody else’s row'],
  [11900, 'an old state of a row made a second person of it'],
  [12722, 'the same, after sync person had made a new Lead'],
  [20833, 'an overwritten edit was not told where others had written the person before the settle'],
  [31450, 'a row found deleted left no trace, and an older message brought it to life'],
  [32417, 'the same for a Contact'],
  [32724, 'the same, delivered twice'],
  [102131, 'a row that carried the id of a person who had left it came back to life'],
  [104468, 'a refused creation was told again on every try'],
];
