export interface TopicPlan {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly config: Readonly<Record<string, string>>;
  /** After a longer retention, a command could be read again when its id is no longer recognised. */
  readonly retentionMsMax: number | null;
}
