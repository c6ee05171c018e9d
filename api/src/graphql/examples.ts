/** Queries that the explorer and the README show; tests run them. */
export const EXAMPLES = [
  {
    title: "One GPU: who owns it, who rents it, what it earned, how it runs",
    query: `query Gpu($id: ID!) {
  gpu(id: $id) {
    owner { address }
    operator { id name }
    pool { id model region onDemandRateDcPerHour }
    rental { id customer { address } tier startAt paidUntil accruedDc }
    burnedByHour(hours: 3) { hour burnedDc }
    telemetry(minutes: 5) { at state utilization powerWatts temperatureCelsius }
    asOf { block { number hash timestamp } sampledThrough }
  }
}`,
    variables: { id: "1" },
  },
] as const;
