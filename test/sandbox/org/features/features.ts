import type { OrgState } from '../org-state.ts';
import { currencies } from './currencies.ts';
import type { Feature } from './feature.ts';
import { middleNames } from './middle-names.ts';
import { optOutsHidden } from './opt-outs-hidden.ts';
import { personAccounts } from './person-accounts.ts';
import { recordTypes } from './record-types.ts';
import { stateCountryPicklists } from './state-country-picklists.ts';

const features = {
  stateCountryPicklists,
  recordTypes,
  currencies,
  personAccounts,
  middleNames,
  optOutsHidden,
} satisfies Readonly<Record<string, Feature>>;

export type FeatureName = keyof typeof features;

export const featureNames = Object.keys(features) as FeatureName[];

export function switchFeature(org: OrgState, name: FeatureName, on: boolean): void {
  if (org.features.has(name) === on) return;
  if (on) org.features.add(name);
  else org.features.delete(name);
  features[name][on ? 'on' : 'off'](org);
}
