import type { OrgState } from '../org-state.ts';
import type { Feature } from './feature.ts';

const OPT_OUTS = ['HasOptedOutOfEmail', 'HasOptedOutOfFax', 'DoNotCall'];

function setAccess(org: OrgState, visible: boolean): void {
  const access = { read: visible, edit: visible };
  for (const object of ['Lead', 'Contact']) {
    for (const field of OPT_OUTS) org.schema.setAccess(object, field, { access, now: org.clock.now() });
  }
}

/**
 * A new org shows the opt-out fields to nobody until an administrator makes them visible.
 * {@link https://university.act-on.com/Product_Features/Connectors/CRM_Integrations/Integrating_and_Managing_Salesforce/Enabling_Opt-Out_Permissions_in_Salesforce}
 */
export const optOutsHidden: Feature = {
  on: (org) => setAccess(org, false),
  off: (org) => setAccess(org, true),
};
