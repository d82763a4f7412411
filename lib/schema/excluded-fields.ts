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
  { names: ['Name'], reason: 'a compound field: its parts sync' },
  { names: ['Address', 'MailingAddress'], reason: 'a compound field: its parts sync' },
  {
    names: [...position(''), ...position('Mailing'), ...position('Other')],
    reason: 'worked out by Salesforce from the address, again and again, without anybody’s edit',
  },
  { names: address('Other'), reason: 'a second address: a Lead has none, so that it would be lost on the way back' },
  {
    names: ['HomePhone', 'OtherPhone', 'AssistantName', 'AssistantPhone'],
    reason: 'private, or another person’s: of no use to marketing',
  },
  {
    names: ['CreatedById', 'LastModifiedById', 'LastModifiedDate'],
    reason: 'an audit field: it changes with every save, our own pushes included',
  },
  {
    names: ['LastActivityDate', 'LastViewedDate', 'LastReferencedDate', 'LastTransferDate'],
    reason: 'changes without the record being edited, and moves no SystemModstamp when it is only looked at',
  },
  {
    names: ['FirstCallDateTime', 'FirstEmailDateTime', 'LastCURequestDate', 'LastCUUpdateDate'],
    reason: 'kept by Salesforce about its own activities',
  },
  { names: ['IsEmailBounced'], reason: 'says no more than EmailBouncedReason' },
  { names: ['IsUnreadByOwner', 'IsPriorityRecord', 'PhotoUrl'], reason: 'for the screens of Salesforce alone' },
  {
    names: ['Jigsaw', 'JigsawContactId', 'CleanStatus', 'CompanyDunsNumber', 'DandbCompanyId'],
    reason: 'a key of a data service that has ended',
  },
  {
    names: ['ConvertedDate', 'ConvertedAccountId', 'ConvertedOpportunityId'],
    reason: 'a part of the conversion, which is told in the activity log',
  },
  {
    names: ['AccountId', 'ReportsToId', 'IndividualId', 'PartnerAccountId', 'ScoreIntelligenceId'],
    reason: 'a link to another record, which says nothing about the person by itself',
  },
  {
    names: ['ConnectionReceivedId', 'ConnectionSentId', 'Division', 'ExportStatus', 'IsPersonAccount'],
    reason: 'how the org arranges its records',
  },
  { names: ['RecordTypeId'], reason: 'how the org arranges its records; it decides which picklist values are allowed' },
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
  { names: ['GenderIdentity', 'Pronouns'], reason: 'sensitive: it should not be copied unless somebody asks for it' },
];

/** Why a standard field does not sync, by API name. A field neither excluded nor in the catalogue is unknown. */
export const EXCLUDED_FIELDS: ReadonlyMap<string, string> = new Map(
  EXCLUSIONS.flatMap(({ names, reason }) => names.map((name): [string, string] => [name, reason])),
);
