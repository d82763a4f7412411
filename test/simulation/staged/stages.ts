import { foundWhenAskedFor } from './asked-after.ts';
import { comesBackAsItWas } from './former-row.ts';
import { followedToNothing } from './gone-successor.ts';
import { committedUnderAnOldStamp } from './held-back.ts';
import { convertedWhileEdited, mergedWhileEdited } from './joined-rows.ts';
import { comesAfterItWasSetBack } from './late-message.ts';
import { editedAfterLostPush } from './lost-push.ts';
import { refusedAmongOthers } from './mass-refusals.ts';
import { convertedWhileMet, linkedWhileMet, takenWhileBroughtBack } from './met-twice.ts';
import { comesAfterAnHour } from './old-message.ts';
import { editedWhileRefused, handedOutAgain } from './refused-push.ts';
import { goneAfterPush, savedWithinASecond } from './saved-beside-push.ts';
import { editedWhileSettling } from './settled-late.ts';
import { broughtBack, undoneMerge } from './undeleted-row.ts';

/** The families of staged stories, each drawn by seed. */
export const STAGES = {
  editedWhileRefused,
  handedOutAgain,
  editedAfterLostPush,
  committedUnderAnOldStamp,
  comesAfterAnHour,
  mergedWhileEdited,
  convertedWhileEdited,
  broughtBack,
  linkedWhileMet,
  convertedWhileMet,
  takenWhileBroughtBack,
  comesAfterItWasSetBack,
  editedWhileSettling,
  comesBackAsItWas,
  foundWhenAskedFor,
  followedToNothing,
  savedWithinASecond,
  goneAfterPush,
  refusedAmongOthers,
  undoneMerge,
} as const;

export type StageName = keyof typeof STAGES;

export const STAGE_NAMES = Object.keys(STAGES) as StageName[];
