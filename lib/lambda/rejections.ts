import type { Person } from '../person/person.ts';
import { retryMessage } from '../sync/change-message.ts';
import { countRejections } from '../sync/operate/count-rejections.ts';
import type { Page } from '../sync/ports/person-store.ts';
import type { Ports } from '../sync/ports/ports.ts';
import { retryBody } from './api/request-shapes.ts';
import type { ApiAnswer, ApiRequest } from './http-api.ts';
import { listedPersonView } from './person-answers.ts';
import { parse, parsePaging } from './person-requests.ts';
import { fixOf } from './rejection-fixes.ts';
import type { Shown } from './shown.ts';
import { sizedPage } from './sized-page.ts';

type ReadPorts = Pick<Ports, 'persons'>;

/** A page of rejected persons; with `code` a page before the end may be short, even empty. */
export async function listRejections(
  { persons }: ReadPorts,
  request: ApiRequest,
  shown: () => Promise<Shown>,
): Promise<ApiAnswer> {
  const { limit, cursor } = parsePaging(request);
  const { code } = request.query;
  const read = async (most: number): Promise<Page<Person>> => {
    const page = await persons.withStatus('rejected', most, cursor);
    return code === undefined ? page : { ...page, items: page.items.filter((each) => each.rejection?.code === code) };
  };
  const { person: show } = await shown();
  const page = await sizedPage(limit, read, (person) => listedPersonView(show(person)));
  return { status: 200, body: { persons: page.items, cursor: page.cursor } };
}

/** The rejected persons by code, each code with advice. */
export async function summariseRejections(ports: ReadPorts): Promise<ApiAnswer> {
  const { codes, complete } = await countRejections(ports);
  return { status: 200, body: { codes: codes.map((each) => ({ ...each, fix: fixOf(each.code) })), complete } };
}

/** `{"personId"}`, `{"code"}` or `{"all": true}`: the next merge retries the rejections, within the API reserve. */
export async function retryRejections(
  { queue, clock }: Pick<Ports, 'queue' | 'clock'>,
  request: ApiRequest,
): Promise<ApiAnswer> {
  const asked = parse(retryBody, request.body);
  const which = {
    ...('personId' in asked && { personIds: [asked.personId] }),
    ...('code' in asked && { code: asked.code }),
  };
  await queue.send([retryMessage({ queuedAt: clock.now(), cursor: null, ...which })]);
  return { status: 202, body: asked };
}
