import type { OrgState } from '../org-state.ts';
import type { Feature } from './feature.ts';
import { stateCountryPicklists } from './state-country-picklists.ts';

const features = { stateCountryPicklists } satisfies Readonly<Record<string, Feature>>;

export type FeatureName = keyof typeof features;

export const featureNames = Object.keys(features) as FeatureName[];

export function switchFeature(org: OrgState, name: FeatureName, on: boolean): void {
  if (org.features.has(name) === on) return;
  if (on) org.features.add(name);
  else org.features.delete(name);
  features[name][on ? 'on' : 'off'](org);
}
