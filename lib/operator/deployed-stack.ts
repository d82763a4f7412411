/** A queue of the stack with the number of messages. */
export interface QueueDepth {
  readonly waiting: number;
}

/** An alarm of the stack, by the name of the runbook entry. */
export interface AlarmState {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly reason: string;
}

/**
 * A deployed stack, read with the operator's AWS credentials. Read-only. Every method throws `ConfigError` where AWS
 * refuses the credentials or the stack does not exist.
 */
export interface DeployedStack {
  /** The outputs of the stack, by name. */
  outputs(): Promise<Readonly<Record<string, string>>>;

  /** The deployed settings (parsed JSON) and the table's name. */
  deployment(): Promise<{ readonly settings: unknown; readonly tableName: string }>;

  /** The text of the Salesforce secret; undefined if missing. */
  secret(name: string): Promise<string | undefined>;

  schedule(): Promise<{ readonly enabled: boolean; readonly expression: string }>;

  queueDepth(url: string): Promise<QueueDepth>;

  alarms(): Promise<readonly AlarmState[]>;
}
