/** First day and day after the last that examples ask for; the explorer puts the last 30 days in their place. */
export const EXAMPLE_DAYS = { from: "2026-11-01", to: "2026-12-01" } as const;

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
  {
    title: "Investor: GPU NFTs for sale, what each earns and would be worth",
    query: `query ForSale($rate: DiscountRateInput, $residual: ResidualInput) {
  listings(where: { kind: GPU, isOpen: true }, orderBy: PRICE_ASC, first: 10) {
    nodes {
      price { symbol amount usd }
      seller { address }
      gpu {
        id
        pool { id model region operator { id name } }
        valuation(discountRate: $rate, residual: $residual) {
          askUsd { value reason }
          trailingIncomeUsd { value reason }
          netAssetValueUsd { value reason }
          premium { value reason }
        }
        ownerships(first: 3) { nodes { owner { address } fromAt toAt } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
  asOf { block { number timestamp } sampledThrough }
}`,
  },
  {
    title: "Customer: which GPUs can be had now, the cheapest first",
    query: `query Offers($where: OfferWhere = { tier: ON_DEMAND }) {
  offers(first: 10, where: $where) {
    nodes {
      gpuId tier rateDcPerHour freeUntil
      pool { id model region }
      operator { id name reputation { score } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
  },
  {
    title: "Operator: what its pools asked over time, and its members with what their GPUs do",
    query: `query Operator($id: ID! = "1") {
  operator(id: $id) {
    name mode
    payerConcentration(days: 30, first: 3) { payerCount index { value reason } largest { address share } }
    members { nodes { address isActive performance { gpuCount activeGpuCount rentedGpuCount burnedDc } } }
    pools {
      nodes {
        id model
        rateChanges(first: 5) { nodes { at spotRateDcPerHour onDemandRateDcPerHour reservedRateDcPerHour isByPricer } }
        shareRules(first: 5) { nodes { effectiveEpoch operatorBps poolBps gpuBps } }
      }
    }
  }
}`,
  },
  {
    title: "Anyone: is the economy sound? Burns, mints, supply and the price by day",
    query: `query Economy($from: DateTime! = "${EXAMPLE_DAYS.from}", $to: DateTime! = "${EXAMPLE_DAYS.to}") {
  economy { supplyBct mintedBct destroyedBct rewardedBct claimedBct }
  economyByDay(from: $from, to: $to) { day burnedDc bctEquivalent mintedBct destroyedBct supplyBct }
  bctPriceHistory(from: $from, to: $to, every: DAY) { at open high low close }
  payerConcentration(days: 30, first: 5) { payerCount index { value reason } }
}`,
  },
  {
    title: "Investor: a wallet's statement and what it holds, each figure with the reason where there is none",
    query: `query Statement($wallet: Bytes! = "0x976ea74026e726554db657fa54763abd0c3a0aa9") {
  account(address: $wallet) {
    statement {
      from to earnedBct claimedBct missingEpochs
      totals { kind lineCount amount token { symbol } amountUsd { value reason } }
      lines(first: 10) { nodes { at kind gpuId epoch amount amountUsd { value } } pageInfo { hasNextPage endCursor } }
      metrics { realised { netUsd { value reason } aprOnCost { value reason } occupancy { value reason } } }
    }
    portfolio(first: 10) {
      nodes {
        gpuId model heldSince
        costUsd { value reason }
        trailingIncomeUsd { value reason }
        netAssetValueUsd { value reason }
      }
    }
  }
}`,
  },
  {
    title: "Anyone: was I paid right? An epoch's lines, each with the steps that it was worked out by",
    query: `query Epochs {
  epochs(first: 3) {
    nodes {
      id state waits burnedDc budgetBct totalBct linesRoot inputsHash
      lines(first: 2) { nodes { account kind gpuId amountBct steps { symbol words formula numbers value } } }
    }
  }
  rewardEstimate { epoch burnedDc totalBct budgetBct }
}`,
  },
  {
    title: "Anyone: the market as it was at a block; `atTime` takes a time",
    query: `query Past($block: BigInt! = "100") {
  history(atBlock: $block) {
    block { number timestamp isTimeExact }
    network { gpuCount burnedDc price }
    pools { nodes { id onDemandRateDcPerHour gpus(first: 3) { nodes { id owner { address } } } } }
  }
}`,
  },
] as const;

/** Subscriptions that the explorer shows; tests run them. */
export const LIVE_EXAMPLES = [
  {
    title: "Live: GPUs that become free or taken, of one model",
    query: `subscription FreeGpus($model: String = "NVIDIA H100 80GB HBM3") {
  offers(where: { model: $model }) {
    kind
    block { number timestamp }
    events { gpuId region was now freeFor onDemandRateDcPerHour }
    undone
  }
}`,
  },
  {
    title: "Live: what becomes of rentals, and of prices in a tab beside",
    query: `subscription Rentals {
  rentals {
    kind
    block { number hash timestamp }
    events { kind rentalId gpuId tier customer rateDcPerHour paidUntil endReason }
    undone
    resumeAt { number hash }
  }
}

subscription Prices {
  prices {
    kind
    block { number timestamp }
    events { kind poolId model onDemandRateDcPerHour price }
    undone
  }
}`,
  },
  {
    title: "Live: epochs, step by step",
    query: `subscription EpochSteps {
  epochProgress {
    kind
    block { number timestamp }
    events { kind epoch budgetBct totalBct mintedBct votes quorum windowEndsAt reason }
  }
}`,
  },
  {
    title: "Live: a wallet's rewards, as they become final and are paid",
    query: `subscription Rewards($account: Bytes! = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8") {
  rewards(account: $account) {
    kind
    block { number timestamp }
    events { kind epoch amountBct cumulativeBct }
    undone
  }
}`,
  },
] as const;
