import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ApiClient } from './client.ts';
import type { ConsoleSettings } from './settings.ts';

/** Shared by all pages. */
export interface Console {
  readonly api: ApiClient;
  readonly settings: ConsoleSettings;
}

export const ConsoleContext = createContext<Console | undefined>(undefined);

export function useConsole(): Console {
  const console = useContext(ConsoleContext);
  if (console === undefined) throw new Error('no console around this component');
  return console;
}
