// One module of all handlers, so that they are compiled once.
export * from "./mappings/compute-token";
export * from "./mappings/data-credits";
export * from "./mappings/epoch-rewards";
export * from "./mappings/epoch-votes";
export * from "./mappings/exchange";
export * from "./mappings/gpu-nft";
export * from "./mappings/marketplace";
export * from "./mappings/operator-registry";
export * from "./mappings/pool-registry";
export * from "./mappings/price-feed";
export * from "./mappings/reported-price-feed";
export * from "./mappings/slot-token";
export * from "./mappings/time-slots";
