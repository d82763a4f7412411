/**
 * List prices in us-east-1, in US dollars, without what AWS gives for free (as of November 2026).
 *
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 * @see https://aws.amazon.com/lambda/pricing/
 * @see https://aws.amazon.com/sqs/pricing/
 * @see https://aws.amazon.com/eventbridge/pricing/
 * @see https://aws.amazon.com/api-gateway/pricing/
 * @see https://aws.amazon.com/secrets-manager/pricing/
 * @see https://aws.amazon.com/cloudwatch/pricing/
 */
export const PRICES = {
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  /** A GB-month of the table, and of its point-in-time recovery. */
  tableGb: 0.25,
  recoveryGb: 0.2,
  /** Of 64 KB at most. */
  queueRequest: 0.4e-6,
  /** On arm64. */
  gbSecond: 13.3334e-6,
  invocation: 0.2e-6,
  scheduled: 1e-6,
  apiRequest: 1e-6,
  secret: 0.4,
  secretRead: 5e-6,
  metric: 0.3,
  /** For each metric that an alarm watches. */
  alarmMetric: 0.1,
  dashboard: 3,
  logGb: 0.5,
  logGbMonth: 0.03,
} as const;
