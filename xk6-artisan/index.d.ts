/**
 * Types of `k6/x/artisan`, Headroom's extension for load scripts. The guide is
 * docs/xk6-artisan.md.
 *
 * Every function that waits returns a promise, while which other timers and
 * promises of the virtual user go on. The end of the iteration, an abort and
 * gracefulStop end every wait.
 */
declare module 'k6/x/artisan' {
  /** A duration: text such as "1m30s", or a number of milliseconds. */
  export type Duration = string | number;

  /** A moment: a Date, or milliseconds since 1970. */
  export type Moment = Date | number;

  /**
   * A rate: requests a second, text such as "100", "100/s", "120/m" or "10/h",
   * or so many in a time (`per` is "1s" unless told). From 0 to 1,000,000 a
   * second.
   */
  export type Rate = number | string | { freq: number; per?: Duration };

  /** What was expected of the platform and did not come, or is not known. */
  export interface ExpectationError extends Error {
    name: 'ExpectationError';
    /** The expectation's name, as in the report. */
    expectation: string;
    /** What was expected, such as ">= 7 within 1m15s". */
    limit: string;
    outcome: 'missed' | 'unknown';
    /** What was seen; "" if nothing was. */
    seen: string;
    /** Why it was missed, or is not known; "" if what was seen says it. */
    cause: string;
  }

  // ---- attack

  /** One request to send. */
  export interface Target {
    /** Where to: http or https, on this machine unless the host is allowed. */
    url: string;
    /** GET unless told. */
    method?: string;
    header?: Record<string, string | number | boolean>;
    /** Text and bytes are sent as they are, an object as JSON. */
    body?: string | ArrayBuffer | ArrayBufferView | object;
  }

  /** A file of targets in one of the formats of the vegeta command. */
  export interface TargetFile {
    /** Path, from where the program was started. */
    file: string;
    /** "http" unless told. */
    format?: 'http' | 'json';
    /** Of targets that have no body. */
    body?: string;
    /** Of every target. */
    header?: Record<string, string | number | boolean>;
  }

  /** A stretch of an attack: the rate goes linearly to `rate`. */
  export interface RateStage {
    duration: Duration;
    rate: Rate;
    /** Begins with a jump; else with the rate of the stage before, at first 0. */
    from?: Rate;
  }

  /** A rate that swings around `mean`. */
  export interface Sine {
    mean: Rate;
    /** At most `mean`. */
    amplitude: Rate;
    period: Duration;
    /** The phase at the start, in degrees from -360 to 360; 0 unless told. */
    startAt?: number;
  }

  export interface AttackOptions {
    /** A constant rate. Exactly one of rate, stages and sine is given. */
    rate?: Rate;
    stages?: RateStage[];
    sine?: Sine;
    /** How long it lasts, at most 24h; stages have their own. */
    duration?: Duration;
    /** In turn; a function is asked for number 0, 1, 2 and so on, ahead of time. */
    targets: Array<string | Target> | ((n: number) => string | Target) | TargetFile;
    /** Most requests in flight: what is due beyond is dropped. 2000 unless told, at most 100,000. */
    workers?: number;
    /** Most idle connections kept to one address. 1000 unless told, at most 100,000. */
    connections?: number;
    /** Of one request; "10s" unless told. */
    timeout?: Duration;
    /** Of every sample, besides engine:vegeta. */
    tags?: Record<string, string | number | boolean>;
    /** All requests count for this name; else each for its method and path. */
    name?: string;
  }

  /** A distribution of times, in milliseconds; all null where there is none. */
  export interface Times {
    mean: number | null;
    min: number | null;
    p50: number | null;
    p90: number | null;
    p95: number | null;
    p99: number | null;
    max: number | null;
  }

  export interface AttackResult {
    /** Requests that were sent. */
    requests: number;
    /** Requests that were due and never sent: no worker was free. */
    dropped: number;
    /** Share of requests with a status from 200 to 399; 0 without requests. */
    success: number;
    /** In requests a second: what the schedule asks for, and what was reached. */
    rate: { asked: number; reached: number };
    /** From the start to the last response, in milliseconds. */
    duration: number;
    /** From when a request was sent. */
    latencies: Times;
    /** From when a request was due: what a user would have felt. */
    fromDue: Times;
    /** How late requests were sent: the generator's own doing. */
    lag: Times;
    /** Of bodies. */
    bytes: { in: number; out: number };
    /** Responses by status; "0" where none came. */
    codes: Record<string, number>;
    /** Requests without a response by cause, such as "timeout". */
    errors: Record<string, number>;
  }

  /** Drives an open-model load by vegeta. */
  export function attack(options: AttackOptions): Promise<AttackResult>;

  // ---- mark

  /** A moment that the report shows on its axis. */
  export function mark(name: string): void;

  // ---- autoscaling

  export interface Namespaced {
    /** The platform's unless told. */
    namespace?: string;
  }

  export interface HpaStatus {
    name: string;
    namespace: string;
    /** The Deployment that it scales. */
    target: string;
    min: number;
    max: number;
    current: number;
    desired: number;
    lastScale: Date | null;
    metrics: Array<{ type: string; name: string; targetType: string; target: number; current: number | null }>;
    conditions: Array<{ type: string; status: string; reason: string; message: string }>;
  }

  /** One change of an HPA's replicas. */
  export interface HpaStep {
    at: Date;
    /** Milliseconds since hpa() was called. */
    after: number;
    current: number;
    desired: number;
  }

  export interface ExpectScaleOptions {
    /** So many replicas, exactly. One of to and atLeast is given. */
    to?: number;
    atLeast?: number;
    /** How long it may take. */
    within: Duration;
    /** Sooner is as wrong as later. */
    notBefore?: Duration;
    /** The Deployment must have as many ready replicas too. */
    ready?: boolean;
    /** From when on the times count; now unless told. */
    from?: Moment;
    /** Of the objective in the report. */
    name?: string;
  }

  export interface ExpectStableOptions {
    /** How long the desired replicas may not change. */
    for: Duration;
    /** By when that has to be over; as `for` unless told: from now on. */
    within?: Duration;
    /** Of the objective in the report. */
    name?: string;
  }

  export interface Hpa {
    readonly name: string;
    /** How it stands. */
    status(): Promise<HpaStatus>;
    /** How the replicas have changed since hpa() was called. */
    timeline(): Promise<HpaStep[]>;
    /** Expects so many desired replicas in time; an ExpectationError otherwise. */
    expectScale(options: ExpectScaleOptions): Promise<{ replicas: number; after: number; at: Date }>;
    /** Expects that the desired replicas stay; an ExpectationError otherwise. */
    expectStable(options: ExpectStableOptions): Promise<{ replicas: number; since: Date }>;
  }

  /** An autoscaler (HorizontalPodAutoscaler) of the cluster. */
  export function hpa(name: string, options?: Namespaced): Hpa;

  export interface DeploymentStatus {
    name: string;
    namespace: string;
    /** Wanted. */
    replicas: number;
    current: number;
    updated: number;
    ready: number;
    available: number;
  }

  /** What became of a change by hand. */
  export interface Scaled {
    from: number;
    to: number;
    at: Date;
    /** The HPA that scales the same Deployment; null if none does. */
    hpa: string | null;
    /** The replicas were still those asked for when observe was over. */
    kept: boolean;
    /** Wanted in the end. */
    replicas: number;
    /** Milliseconds until they were changed; null if they were kept. */
    changedAfter: number | null;
  }

  export interface Deployment {
    readonly name: string;
    status(): Promise<DeploymentStatus>;
    /** The number of ready replicas. */
    ready(): Promise<number>;
    /** Sets the replicas by hand, and looks what the HPA makes of it for `observe` ("30s" unless told). */
    scale(replicas: number, options?: { observe?: Duration }): Promise<Scaled>;
  }

  /** A Deployment of the cluster. */
  export function deployment(name: string, options?: Namespaced): Deployment;

  export interface Cluster {
    nodes(): Promise<{ total: number; ready: number; unschedulable: number }>;
    /** Of one Deployment, or of the whole namespace. */
    pods(options?: { of?: string }): Promise<{ total: number; ready: number; pending: number; terminating: number }>;
  }

  /** The nodes and pods of the cluster. */
  export function cluster(options?: Namespaced): Cluster;

  // ---- Prometheus

  export type Labels = Record<string, string>;

  export interface PromAnswer {
    /** Only "value" is an answer: no series, NaN and a stale series are not. */
    outcome: 'value' | 'empty' | 'nan' | 'stale';
    /** Of the one series; NaN unless there is exactly one. */
    value: number;
    series: Array<{ labels: Labels; value: number }>;
    /** Why the outcome is nan or stale. */
    error: string | null;
    at: Date;
  }

  export interface PromRange {
    outcome: 'value' | 'empty' | 'nan';
    series: Array<{ labels: Labels; points: Array<{ at: Date; value: number }> }>;
  }

  export interface PromExpectOptions {
    /** One of max and min is given, or both. */
    max?: number;
    min?: number;
    /** It must hold at every look for so long. */
    for?: Duration;
    /** How long to wait until it holds. */
    within?: Duration;
    /** Between two looks; "1s" unless told. */
    step?: Duration;
    /** Of one question; "10s" unless told. */
    timeout?: Duration;
    /** Of the objective in the report; the expression unless told. */
    name?: string;
  }

  export interface Prometheus {
    readonly url: string;
    /** The value of an expression at a time, now unless told. */
    query(promql: string, options?: { at?: Moment; timeout?: Duration }): Promise<PromAnswer>;
    /** Its values at every step from one time to another. */
    queryRange(promql: string, options: { from: Moment; to?: Moment; step: Duration; timeout?: Duration }): Promise<PromRange>;
    /** Expects every series to keep its limits; an ExpectationError otherwise. */
    expect(promql: string, options: PromExpectOptions): Promise<{ value: number; samples: number }>;
  }

  /** A Prometheus: ARTISAN_PROMETHEUS or http://127.0.0.1:9090 unless told. */
  export function prometheus(url?: string): Prometheus;

  // ---- queue

  export interface QueueOptions {
    /** host:port; several are nodes of one Redis Cluster. ARTISAN_REDIS or 127.0.0.1:6379 unless told. */
    addresses?: string[];
    username?: string;
    password?: string;
    tls?: boolean | { ca?: string; serverName?: string; insecureSkipVerify?: boolean };
  }

  export type Job = string | ArrayBuffer | ArrayBufferView | object;

  export interface Queue {
    readonly name: string;
    /** Appends n jobs of the platform's form, or these; the length right after. */
    push(jobs: number | Job[]): Promise<number>;
    /** How many jobs wait. */
    length(): Promise<number>;
    /** Expects workers to bring the queue down to `to` jobs (0 unless told); an ExpectationError otherwise. */
    drain(options: { within: Duration; to?: number; name?: string }): Promise<{ length: number; took: number }>;
    /** Keeps the queue at n jobs. The lengths are those before each top-up. */
    hold(n: number, options: { for: Duration }): Promise<{ pushed: number; lowest: number; highest: number; mean: number; looks: number }>;
  }

  /** A list of jobs in Redis or in a Redis Cluster; "default" unless told. */
  export function queue(name?: string, options?: QueueOptions): Queue;

  // ---- PostgreSQL

  export type Parameter = null | boolean | number | string | bigint | Date | ArrayBuffer | ArrayBufferView | Parameter[] | { [key: string]: unknown };

  export interface HoldResult {
    asked: number;
    /** Held at some time. */
    opened: number;
    /** Not open yet at the end: a pooler had no connection for them. */
    waiting: number;
    refused: number;
    /** Closed by the other side. */
    lost: number;
    /** Held at once. */
    most: number;
    /** To open one, in milliseconds. */
    longest: number;
    /** By the server's text. */
    errors: Record<string, number>;
  }

  export interface Postgres {
    /** One statement, with $1, $2 and so on for the parameters. "30s" unless told. */
    query(sql: string, params?: Parameter[] | null, options?: { timeout?: Duration }): Promise<Array<Record<string, any>>>;
    /** Holds so many connections, in transactions unless idle. */
    hold(connections: number, options: { for: Duration; idle?: boolean; timeout?: Duration }): Promise<HoldResult>;
  }

  /** A PostgreSQL database, or a PgBouncer before one: ARTISAN_POSTGRES unless told. */
  export function postgres(dsn?: string): Postgres;

  const artisan: {
    attack: typeof attack;
    mark: typeof mark;
    hpa: typeof hpa;
    deployment: typeof deployment;
    cluster: typeof cluster;
    prometheus: typeof prometheus;
    queue: typeof queue;
    postgres: typeof postgres;
  };
  export default artisan;
}
