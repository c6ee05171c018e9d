/**
 * Transactions to sign that the explorer shows: addresses and ids are those of a network of one's own, to be replaced. What
 * would be refused says why. Tests run them.
 */
export const PREPARE_EXAMPLES = [
  {
    title: "Customer: rent a GPU: the transaction to sign, what it costs, or why the contracts would refuse it",
    query: `query Rent($from: Bytes! = "0xbcd4042de499d14e55001ccbb24a551f3b954096", $gpu: ID! = "2") {
  mint: prepareMintCredits(input: { from: $from, dc: "10" }) { ...ToSign first { ...ToSign } }
  rent: prepareRent(input: { from: $from, gpu: $gpu, tier: ON_DEMAND, escrowDc: "2.49" }) { ...ToSign }
}

fragment ToSign on PreparedTransaction {
  action chainId to data value gas maxFeePerGas maxPriorityFeePerGas
  cost { dc bct returnsDc returnsBct usd gasWei }
  refusal { code message hints }
}`,
  },
  {
    title: "Investor: offer a GPU for sale; the approval that is missing stands in `first`",
    query: `query Sell(
  $from: Bytes! = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"
  $gpu: ID! = "1"
  $price: BigInt! = "5000000000000000000000"
) {
  prepareListToken(input: { from: $from, gpu: $gpu, price: $price }) {
    action to data gas
    refusal { code hints }
    first { action to data gas }
  }
}`,
  },
  {
    title: "Operator: new rates of a pool, and a GPU set offline",
    query: `query Operate($from: Bytes! = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8") {
  rates: prepareSetRates(input: { from: $from, pool: "1", rates: { spot: "1.4", onDemand: "2.5", reserved: "2" } }) {
    action to data gas
    refusal { code message hints }
  }
  status: prepareSetGpuStatus(input: { from: $from, gpu: "1", status: OFFLINE }) {
    action to data gas
    refusal { code message hints }
  }
}`,
  },
] as const;

/** Signing in, step by step; a test goes through them. The explorer's session is a cookie. */
export const SIGN_IN_EXAMPLE = {
  title: "Sign in with a wallet: run Nonce, let the wallet sign a message with it (EIP-4361), send both with SignIn",
  query: `mutation Nonce { createSignInNonce { nonce domains chainId issuedAt expiresAt } }

mutation SignIn($message: String!, $signature: Bytes!) {
  signIn(message: $message, signature: $signature) { address expiresAt }
}

query Mine($operator: ID! = "1", $gpu: ID! = "1") {
  viewer { address tier scopes expiresAt apiKeys { name prefix scopes expiresAt } }
  operator(id: $operator) {
    fleet(first: 5) { nodes { uuid hostname isPresent staleSeconds powerWatts gpu { id status } } }
    targets(first: 5) { nodes { url isUp goodAt lastFailure { reason detail } } }
  }
  gpu(id: $gpu) { liveTelemetry(minutes: 5) { at utilization powerWatts } }
}

mutation Key { createApiKey(name: "my dashboard", scopes: [FLEET], days: 30) { key apiKey { id expiresAt } } }

mutation SignOut { signOut }`,
} as const;
