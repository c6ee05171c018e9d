import { wallet } from "#api/src/domain/rewards/testing.ts";

/** Use of one epoch: GPU, pool, DC base units burned, and what they were worth in BCT wei. */
export type EpochUse = readonly (readonly [gpu: number, pool: number, burnedDc: bigint, bctEquivalent: bigint])[];

export const [ANN, BOB, CARL, OLGA] = [wallet(0xa1), wallet(0xb0), wallet(0xc1), wallet(0xe1)];
const DAY = 86_400;
const bytes = (account: string): string => `'\\x${account.slice(2)}'`;

/** Pool 1 with GPU 1 of Ann's and GPU 2, which Bob sells to Carl in the middle of epoch 0. Olga operates. */
export function chainRows(genesis: number, uses: readonly EpochUse[]): string {
  const used = uses.flatMap((use, epoch) =>
    use.map(([gpu, pool, dc, bct]) => `('${gpu}', '${pool}', ${dc}, ${bct}, ${epoch}, ${genesis + epoch * DAY + 60})`),
  );
  return `
insert into chain.head values (99, '0x${"ab".repeat(32)}', ${genesis});
insert into chain.network values (1, '1', 2, 10000);
insert into chain.oracle_set values ('1', 2);
insert into chain.account (id) values (${bytes(ANN)}), (${bytes(BOB)}), (${bytes(CARL)}), (${bytes(OLGA)});
insert into chain.pool values ('1', '1');
insert into chain.share_rule values ('1', 0, 2000, 6750, 1250);
insert into chain.operator_payee values ('1', ${bytes(OLGA)}, ${genesis - DAY}, null);
insert into chain.gpu select id::text, ${bytes(ANN)}, '1', '1', ${bytes(ANN)}, sha256(id::text::bytea), 'ACTIVE', null, 0, 0, 0, ${genesis}
  from generate_series(1, 2) id;
insert into chain.gpu_membership values ('1', '1', ${genesis - 60}, null), ('2', '1', ${genesis - 60}, null);
insert into chain.gpu_status_period values ('1', 'ACTIVE', ${genesis - 60}, null), ('2', 'ACTIVE', ${genesis - 60}, null);
insert into chain.gpu_ownership values ('1', ${bytes(ANN)}, ${genesis - 60}, null),
  ('2', ${bytes(BOB)}, ${genesis - 60}, ${genesis + DAY / 2}), ('2', ${bytes(CARL)}, ${genesis + DAY / 2}, null);
insert into chain.usage_settlement values ${used.join(", ")};`;
}

/** The first whole minute of the network. */
export const firstMinute = (genesis: number): number => Math.ceil(genesis / 60) * 60;

/** Two days, a sample at second 20 of every minute; GPU 1 has none in the minutes 100 to 129 of epoch 0. */
export function telemetryRows(genesis: number): string[] {
  const zero = firstMinute(genesis) - 60;
  const minutes = `generate_series(0, ${2 * 1_440 + 1}) m`;
  const at = `to_timestamp(${zero} + 60 * m + 20)`;
  const isDown = "m - 1 between 100 and 129";
  return [
    `insert into telemetry.collector (name, started_at, seen_at, sampled_through) values ('c1', to_timestamp(${zero}), to_timestamp(${zero}), to_timestamp(${zero}));
     insert into telemetry.target (url) values ('http://127.0.0.1:9400/metrics');
     insert into telemetry.gpu (uuid, uuid_hash, first_seen_at, last_seen_at, target_key)
       select 'GPU-' || g, sha256(g::text::bytea), to_timestamp(${zero}), to_timestamp(${zero}), 1 from generate_series(1, 2) g;
     insert into telemetry.gpu_target select g, to_timestamp(${zero}), 1 from generate_series(1, 2) g;
     insert into telemetry.heartbeat select 1, to_timestamp(${zero} + 60 * m), 1, 0 from ${minutes};`,
    `insert into telemetry.scrape (time, target_key, collector_key, due_until, is_up, duration_ms, body_bytes, sample_count, gpu_count)
     select ${at}, 1, 1, ${at} + interval '1 minute', true, 5, 1000, 20, 2 from ${minutes}`,
    `insert into telemetry.sample (time, gpu_key, covers_until, covered_seconds)
     select ${at}, g, ${at} + interval '1 minute', 60 from ${minutes}, generate_series(1, 2) g where not (g = 1 and ${isDown})`,
    ...["gpu_1m", "target_1m", "gpu_1h", "gpu_1d"].map(
      (view) =>
        `call refresh_continuous_aggregate('telemetry.${view}', to_timestamp(${zero} - 172800), to_timestamp(${zero} + 432000))`,
    ),
  ];
}
