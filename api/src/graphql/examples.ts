/** Queries that the explorer and the README show; tests run them. */
export const EXAMPLES = [
  {
    title: "One GPU: who owns it, who rents it, what was burned for it, how it runs",
    query: `query Gpu($id: ID! = "1") {
  gpu(id: $id) {
    owner { address }
    operator { id name }
    pool { id model region onDemandRateDcPerHour }
    rental {
      id tier startAt paidUntil accruedDc
      customer { address }
    }
    burnedByHour(hours: 3) { hour burnedDc }
    telemetry(minutes: 3) {
      at state utilization powerWatts temperatureCelsius
    }
    asOf {
      block { number hash timestamp }
      sampledThrough
    }
  }
}`,
  },
  {
    title: "The market: pools, their rates, and who is free now",
    query: `query Market {
  network { operatorCount poolCount activeGpuCount rentalCount burnedDc price }
  pools {
    nodes {
      id model region onDemandRateDcPerHour
      operator { name mode }
      gpus { nodes { id status rental { id paidUntil } } }
    }
  }
  asOf { block { number timestamp } sampledThrough }
}`,
  },
] as const;
