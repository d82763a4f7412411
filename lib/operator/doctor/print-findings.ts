import type { Finding } from './finding.ts';

/** Prints every finding immediately; returns 1 if any finding is a problem. */
export async function printFindings(
  findings: AsyncIterable<Finding>,
  { json }: { readonly json: boolean },
): Promise<number> {
  let problems = 0;
  for await (const finding of findings) {
    if (finding.level === 'problem') problems += 1;
    process.stdout.write(`${json ? JSON.stringify(finding) : lineOf(finding)}\n`);
  }
  if (!json) process.stdout.write(`\n${problems === 0 ? 'no problem' : `${problems} problems`}\n`);
  return problems === 0 ? 0 : 1;
}

function lineOf({ level, check, detail, fix }: Finding): string {
  const line = `${level.padEnd(8)} ${check}: ${detail}`;
  return fix === undefined ? line : `${line}\n         → ${fix}`;
}
