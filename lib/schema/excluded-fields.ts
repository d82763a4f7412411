/** Standard fields not synced for a common reason. An address includes the parts. */
interface Exclusion {
  readonly names: readonly string[];
  readonly reason: string;
}

const address = (prefix: string): string[] =>
  ['Street', 'City', 'State', 'StateCode', 'PostalCode', 'Country', 'CountryCode', 'Address'].map(
    (part) => `${prefix}${part}`,
  );
const position = (prefix: string): string[] =>
  ['Latitude', 'Longitude', 'GeocodeAccuracy'].map((part) => `${prefix}${part}`);

const EXCLUSIONS: readonly Exclusion[] = [
  { names: ['Name'], reason: 'a compound field: the parts sync' },
  { names: ['Address', 'MailingAddress'], reason: 'a compound field: the parts sync' },
  {
    names: [...position(''), ...position('Mailing'), ...position('Other')],
    reason: 'computed by Salesforce from the address',
  },
  { names: address('Other'), reason: 'a second address, missing on a Lead' },
  {
    names: ['HomePhone', 'OtherPhone', 'AssistantName', 'AssistantPhone'],
    reason: 'private, or of a different person: of no use to marketing',
  },
  {
    names: ['CreatedById', 'LastModifiedById', 'LastModifiedDate'],
    reason: 'an audit field: changes with every save',
  },
  {
    names: ['LastActivityDate', 'LastViewedDate', 'LastReferencedDate', 'LastTransferDate'],
    reason: 'changes without an edit of the record',
  },
  {
    names: ['FirstCallDateTime', 'FirstEmailDateTime', 'LastCURequestDate', 'LastCUUpdateDate'],
    reason: 'maintained by Salesforce',
  },
  { names: ['IsEmailBounced'], reason: 'says no more than EmailBouncedReason' },
  { names: ['IsUnreadByOwner', 'IsPriorityRecord', 'PhotoUrl'], reason: 'for the screens of Salesforce alone' },
  {
    names: ['Jigsaw', 'JigsawContactId', 'CleanStatus', 'CompanyDunsNumber', 'DandbCompanyId'],
    reason: 'a key of a discontinued data service',
  },
  {
    names: ['ConvertedDate', 'ConvertedAccountId', 'ConvertedOpportunityId'],
    reason: 'a part of the conversion, recorded in the activity log',
  },
  {
    names: ['AccountId', 'ReportsToId', 'IndividualId', 'PartnerAccountId', 'ScoreIntelligenceId'],
    reason: 'a link to a different record',
  },
  {
    names: ['ConnectionReceivedId', 'ConnectionSentId', 'Division', 'ExportStatus', 'IsPersonAccount'],
    reason: 'how the org organizes records',
  },
  { names: ['RecordTypeId'], reason: 'how the org organizes records; decides which picklist values are allowed' },
  {
    names: [
      'ActionCadenceId',
      'ActionCadenceAssigneeId',
      'ActionCadenceState',
      'ScheduledResumeDateTime',
      'ActiveTrackerCount',
    ],
    reason: 'where sales automation stands',
  },
  {
    names: ['CanAllowPortalSelfReg', 'ContactSource', 'DepartmentGroup', 'TitleType', 'BuyerAttributes'],
    reason: 'set by other products of Salesforce',
  },
  { names: ['GenderIdentity', 'Pronouns'], reason: 'sensitive: not copied' },
];

/** Why a standard field does not sync, by API name. A field neither excluded nor in the catalogue is unknown. */
export const EXCLUDED_FIELDS: ReadonlyMap<string, string> = new Map(
  EXCLUSIONS.flatMap(({ names, reason }) => names.map((name): [string, string] => [name, reason])),
);
