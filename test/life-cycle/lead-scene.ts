import { Life } from './life.ts';

export interface LeadScene {
  readonly life: Life;
  readonly lead: string;
  readonly personId: string;
}

export const EMAIL = 'ada@example.com';

/** A person in step with a Lead that somebody made in Salesforce. */
export async function leadScene(): Promise<LeadScene> {
  const life = new Life();
  const lead = life.addLead({ Email: EMAIL });
  await life.settle(1);
  return { life, lead, personId: life.holder(lead).personId };
}
