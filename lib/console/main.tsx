import { QueryClient, QueryClientProvider } from '@tanstack/preact-query';
import { render } from 'preact';
import { createClient } from './api/client.ts';
import { ConsoleContext } from './api/context.ts';
import { readSettings } from './api/settings.ts';
import { App } from './app.tsx';

/** Reads the configuration, signs in if required, and shows the console. */
async function start(root: HTMLElement): Promise<void> {
  const settings = await readSettings();
  const signIn = settings.signIn === undefined ? undefined : await import('./sign-in.ts');
  const token = await signIn?.signIn(settings.signIn ?? never());
  const api = createClient({ apiUrl: settings.apiUrl, ...(token === undefined ? {} : { token }) });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ConsoleContext.Provider value={{ api, settings }}>
        <App />
      </ConsoleContext.Provider>
    </QueryClientProvider>,
    root,
  );
}

function never(): never {
  throw new Error('no settings of a sign-in');
}

function showFailure(root: HTMLElement, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  render(
    <main class="box bad" role="alert">
      <h1>The console could not start</h1>
      <p>{reason}</p>
      <p>Reload the page. If the problem persists, check the serving program.</p>
    </main>,
    root,
  );
}

const root = document.getElementById('app');
if (root !== null) start(root).catch((error: unknown) => showFailure(root, error));
