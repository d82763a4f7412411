import { METRIC_NAMESPACE } from '../lib/lambda/metric-names.ts';
import type { Settings } from '../lib/lambda/settings.ts';

/** Names unique in an account: with a stage the names of several installations differ. */
export interface StageNames {
  readonly dataStack: string;
  readonly syncStack: string;
  readonly api: string;
  readonly dashboard: string;
  readonly namespace: string;
}

export function stageNames({ stage }: Pick<Settings, 'stage'>): StageNames {
  const suffix = stage === undefined ? '' : `-${stage}`;
  return {
    dataStack: `LockstepData${suffix}`,
    syncStack: `LockstepSync${suffix}`,
    api: `lockstep${suffix}`,
    dashboard: `Lockstep${suffix}`,
    namespace: stage === undefined ? METRIC_NAMESPACE : `${METRIC_NAMESPACE}/${stage}`,
  };
}
