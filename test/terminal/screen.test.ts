import { describe, expect, it } from 'vitest';
import { createScreen, progressBar, timeOfDay } from '../sandbox/terminal/screen.ts';
import { fakeTerminal } from './fake-terminal.ts';

describe('a plain output', () => {
  it('gets whole lines and nothing else: no colours, no living line', () => {
    const { output, text } = fakeTerminal({ isTTY: false });
    const screen = createScreen(output, {});
    screen.live('working');
    screen.line(screen.style('red', 'refused'));
    expect(text()).toBe('refused\n');
    expect(screen.isLive).toBe(false);
  });
});

describe('a terminal', () => {
  it('keeps the living line below every other line', () => {
    const { output, shown } = fakeTerminal({ isTTY: true });
    const screen = createScreen(output, {});
    screen.live('next in 0:02');
    screen.line('cycle 1');
    screen.live('next in 0:01');
    screen.line('cycle 2');
    expect(shown()).toEqual(['cycle 1', 'cycle 2', 'next in 0:01']);
    screen.live('');
    expect(shown()).toEqual(['cycle 1', 'cycle 2', '']);
  });

  it('never lets the living line wrap, for a wrapped line could not be taken back', () => {
    const { output, shown } = fakeTerminal({ isTTY: true, columns: 30 });
    createScreen(output, {}).live('x'.repeat(80));
    expect(shown()).toEqual(['x'.repeat(29)]);
  });

  it('cuts the living line before the style is put on, so that no style is left open', () => {
    const { output, text } = fakeTerminal({ isTTY: true, columns: 30 });
    createScreen(output, {}).live('x'.repeat(80), 'dim');
    expect(text()).toContain(`\u001b[2m${'x'.repeat(29)}\u001b[22m`);
  });

  it('takes a terminal that tells no width for one of 80 columns', () => {
    const { output, shown } = fakeTerminal({ isTTY: true, columns: 0 });
    createScreen(output, {}).live('x'.repeat(100));
    expect(shown()).toEqual(['x'.repeat(79)]);
  });

  it('has colours, unless NO_COLOR is set or the terminal is dumb', () => {
    const styled = (environment: Record<string, string>) =>
      createScreen(fakeTerminal({ isTTY: true }).output, environment).style('red', 'no');
    expect(styled({})).toBe('\u001b[31mno\u001b[39m');
    expect(styled({ NO_COLOR: '1' })).toBe('no');
    expect(styled({ TERM: 'dumb' })).toBe('no');
  });
});

it('a progress bar fills from nothing to the whole, and never beyond', () => {
  expect(progressBar(0, 40_000)).toBe(`${'░'.repeat(20)} 0 of 40,000`);
  expect(progressBar(20_000, 40_000)).toBe(`${'█'.repeat(10)}${'░'.repeat(10)} 20,000 of 40,000`);
  expect(progressBar(41_000, 40_000)).toBe(`${'█'.repeat(20)} 41,000 of 40,000`);
});

it('the time of day has its zone', () => {
  expect(timeOfDay(new Date('2026-11-21T10:00:00Z'))).toMatch(/^\d\d:\d\d:\d\d \S+$/);
});
