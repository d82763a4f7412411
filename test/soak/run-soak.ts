import { setTimeout as sleep } from 'node:timers/promises';
import { orInterrupted } from '../../lib/operator/run-program.ts';
import { connectOrg, type OrgClient } from '../sandbox/clients/org-client.ts';
import { type PersonApiClient, personApiClient } from '../sandbox/clients/person-api-client.ts';
import { Dice } from '../simulation/dice.ts';
import { FaultPlayer } from './fault-player.ts';
import { SoakActors, type SoakStage, type Subject } from './soak-actors.ts';
import {
  checkActivities,
  checkAgreement,
  checkCreatedLeads,
  checkMarketingEdits,
  checkSalesEdits,
  checkSilence,
  type Stillness,
} from './soak-checks.ts';
import { checkDeletions, reviveAll } from './soak-deletions.ts';
import { readEnding, type SoakEnding } from './soak-ending.ts';
import { answerOf, SoakLedger } from './soak-ledger.ts';
import type { Verdict } from './soak-verdict.ts';
import { type SandboxPace, SoakedSandbox, soon } from './soaked-sandbox.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly actSeconds: number;
  readonly seedRecords: number;
  readonly pace: SandboxPace;
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface SoakOutcome {
  readonly counts: ReadonlyMap<string, number>;
  readonly verdicts: readonly Verdict[];
  /** What the sandbox printed, each time it ran. */
  readonly lines: string;
}

/** How long after the last fault the sync may take: failed messages come back, leases of lost pushes run out. */
const CALM_MS = 180_000;

/** Cycles without anything to do after which all is quiet, and those that must then change nothing. */
const QUIET_CYCLES = 3;
const SILENT_CYCLES = 5;

/** Runs the sandbox under actors and faults, lets it come to rest, and holds what it shows to the invariants. */
export async function runSoak(options: SoakOptions): Promise<SoakOutcome> {
  const { seed, signal, tell } = options;
  const sandbox = await SoakedSandbox.start(options.pace, options.seedRecords);
  try {
    const admin = await connectOrg(sandbox.orgUrl, 'admin');
    const stage = { api: personApiClient(sandbox.apiUrl), admin, ledger: new SoakLedger() };
    await addRules(admin);
    tell(`${options.actSeconds} seconds of edits and faults`);
    await orInterrupted(signal, act(stage, sandbox, options, new Dice(seed)));
    tell('faults are over; waiting until all is quiet');
    const quiet = () => orInterrupted(signal, soon('the sync is not quiet', untilQuiet(stage), CALM_MS));
    await quiet();
    await orInterrupted(signal, soon('nothing is reconciled', reconciled(stage.api), CALM_MS));
    await quiet();
    const deletions = await orInterrupted(signal, checkDeletions(stage));
    await orInterrupted(signal, reviveAll(stage));
    await quiet();
    const comparison = await orInterrupted(signal, soon('nothing is reconciled again', reconciled(stage.api), CALM_MS));
    tell('quiet; checking');
    const verdicts = [...(await orInterrupted(signal, check(stage))), deletions, nothingDiffers(comparison)];
    return { counts: stage.ledger.counts, verdicts, lines: sandbox.lines };
  } finally {
    await sandbox.close();
  }
}

async function addRules(admin: OrgClient): Promise<void> {
  for (const object of ['Lead', 'Contact']) {
    const rule = { object, name: 'no_bad_titles', errorWhen: "Title LIKE 'bad%'", message: 'A bad title' };
    await admin.control('POST validation-rules', { ...rule, field: 'Title' });
  }
}

async function act(
  stage: SoakStage,
  sandbox: SoakedSandbox,
  { actSeconds, signal }: SoakOptions,
  dice: Dice,
): Promise<void> {
  const actors = new SoakActors(stage, await subjectsOf(stage));
  const faults = new FaultPlayer(sandbox, stage.admin, stage.ledger);
  const over = AbortSignal.any([signal, AbortSignal.timeout(actSeconds * 1000)]);
  await Promise.all([actors.act(dice.fork('actors'), over), faults.play(dice, over)]);
  if (sandbox.hasEnded) throw new Error(`the sandbox ended by itself:\n${sandbox.lines}`);
}

async function subjectsOf({ admin, ledger }: SoakStage): Promise<Subject[]> {
  const rows = [
    ...(await admin.query('SELECT Id, Email FROM Lead')),
    ...(await admin.query('SELECT Id, Email FROM Contact')),
  ];
  return rows.map(({ Id, Email }) => {
    const email = String(Email);
    ledger.emails.add(email);
    return { email, personId: null, rowId: Id };
  });
}

/**
 * Persons whose forms met a fault have no row yet: somebody asks again. Then the sync has to come to rest by itself.
 */
async function untilQuiet({ api, admin, ledger }: SoakStage): Promise<void> {
  for (const email of ledger.emails) {
    const persons = await api.personsWithEmail(email);
    for (const { personId, sync } of persons) {
      if (sync.status !== 'localOnly') continue;
      while ((await answerOf(syncedAgain(api, personId))) !== 'accepted') await sleep(500);
    }
  }
  let idle = 0;
  while (idle < QUIET_CYCLES) {
    const before = await orgWrites(admin);
    await cycles(api, 1);
    const { backlog, lastCycle } = await api.status();
    const isIdle = backlog.messages + backlog.personsToPush === 0 && lastCycle?.outcome === 'complete';
    idle = isIdle && (await orgWrites(admin)) === before ? idle + 1 : 0;
  }
}

type Compared = NonNullable<Awaited<ReturnType<PersonApiClient['status']>>['reconciliation']['last']>;

/** Once all is quiet, the product's own comparison of both sides finds them alike. */
function nothingDiffers({ persons, missing, changed, different }: Compared): Verdict {
  const found = { missing, changed, different };
  const broken = Object.entries(found).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  return { oracle: 'a reconciliation finds nothing', broken, notes: [`${persons} compared`] };
}

/** Only a reconciliation, or a question asked once a day, finds the rows that left Salesforce for good. */
async function reconciled(api: PersonApiClient): Promise<Compared> {
  const { last: before } = (await api.status()).reconciliation;
  await api.reconcile(false);
  for (;;) {
    const { running, last } = (await api.status()).reconciliation;
    if (running === null && last !== null && last.startedAt !== before?.startedAt) return last;
    await sleep(100);
  }
}

/** Several records with the person's email are an answer, too; only what would be better later is none. */
async function syncedAgain(api: PersonApiClient, personId: string): Promise<void> {
  for (;;) {
    const answer = await api.sync(personId);
    if (answer.kind === 'synced' || answer.status === 422 || answer.type === '/problems/ambiguous-match') return;
    await sleep(500);
  }
}

async function check(stage: SoakStage): Promise<Verdict[]> {
  const { api, admin, ledger } = stage;
  const endedAt = Date.now();
  const ending = await readEnding(stage);
  const before = await stillness(admin, ending);
  await cycles(api, SILENT_CYCLES);
  const after = await stillness(admin, await readEnding(stage));
  return [
    checkAgreement(ending, ledger),
    checkMarketingEdits(ending, ledger),
    checkSalesEdits(ending, ledger, endedAt),
    checkCreatedLeads(ending, ledger),
    checkActivities(ending),
    checkSilence(before, after),
  ];
}

async function stillness(admin: OrgClient, { persons }: SoakEnding): Promise<Stillness> {
  return { persons, orgWrites: await orgWrites(admin) };
}

async function orgWrites(admin: OrgClient): Promise<number> {
  const { recordsCreated, recordsUpdated } = await admin.stats();
  return recordsCreated + recordsUpdated;
}

/** Waits until so many whole cycles have passed. */
async function cycles(api: PersonApiClient, count: number): Promise<void> {
  const ended = async () => (await api.status()).lastCycle?.cycle ?? 0;
  const first = await ended();
  while ((await ended()) < first + 1 + count) await sleep(100);
}
