const PATIENCE_MS = 15_000;

/**
 * Fetches, and asks again where no answer came in time: a slow machine or network is waited for. Rejects where nothing
 * listens, as `fetch` does.
 */
export async function fetchPatiently(url: string | URL, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'TimeoutError')) throw error;
    }
  }
}
