/** A queue of the stack and what waits in it. */
export interface QueueDepth {
  readonly waiting: number;
}

/** An alarm of the stack, by the name of its entry in the runbook. */
export interface AlarmState {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly reason: string;
}

/**
 * A deployed stack as its operator's AWS credentials see it. Nothing is written. Every method throws `ConfigError` where
 * AWS refuses the credentials or the stack does not exist.
 */
export interface DeployedStack {
  /** The outputs of the stack, by name. */
  outputs(): Promise<Readonly<Record<string, string>>>;

  /** What the functions were deployed with: the settings as JSON gives them, and the name of the table. */
  deployment(): Promise<{ readonly settings: unknown; readonly tableName: string }>;

  /** The text of the Salesforce secret; undefined where there is no secret of this name. */
  secret(name: string): Promise<string | undefined>;

  schedule(): Promise<{ readonly enabled: boolean; readonly expression: string }>;

  queueDepth(url: string): Promise<QueueDepth>;

  alarms(): Promise<readonly AlarmState[]>;
}
