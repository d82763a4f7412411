import type { SalesforceClient } from '../../salesforce/client.ts';
import type { SubAnswer, Subrequest } from '../../salesforce/subrequest.ts';

/** One subrequest with the answer. */
export interface RecordedCall {
  readonly request: Subrequest;
  readonly answer: SubAnswer;
}

/** The client with a record of all calls: the checks examine the product's own calls. */
export function recordingClient(client: SalesforceClient): {
  readonly client: SalesforceClient;
  readonly calls: readonly RecordedCall[];
} {
  const calls: RecordedCall[] = [];
  const record = (requests: readonly Subrequest[], answers: readonly SubAnswer[]) => {
    for (const [at, request] of requests.entries()) {
      const answer = answers[at];
      if (answer !== undefined) calls.push({ request, answer });
    }
  };
  return {
    calls,
    client: {
      usage: () => client.usage(),
      now: () => client.now(),
      wait: (milliseconds) => client.wait(milliseconds),
      stream: (request) => client.stream(request),
      async composite(requests, writes) {
        const composite = await client.composite(requests, writes);
        record(requests, composite.answers);
        return composite;
      },
      async oneByOne(requests) {
        const answers = await client.oneByOne(requests);
        record(requests, answers);
        return answers;
      },
    },
  };
}
