import { AnswerUpdated, PriceReported, ReportersSet } from "../generated/ReportedPriceFeed/ReportedPriceFeed";
import { PriceReport, PriceRound } from "../generated/schema";
import { actionId, numberId } from "../ids";
import { recordSetting } from "../store/settings";

export function handlePriceReported(event: PriceReported): void {
  const report = new PriceReport(actionId(event));
  report.reporter = event.params.reporter;
  report.price = event.params.price;
  report.blockNumber = event.block.number;
  report.timestamp = event.block.timestamp;
  report.transactionHash = event.transaction.hash;
  report.save();
}

/** The feed sets an answer in the block that tells it, so its `updatedAt` is the block's time. */
export function handleAnswerUpdated(event: AnswerUpdated): void {
  const round = new PriceRound(numberId(event.params.roundId));
  round.price = event.params.current;
  round.blockNumber = event.block.number;
  round.timestamp = event.params.updatedAt;
  round.transactionHash = event.transaction.hash;
  round.save();
}

export function handleReportersSet(event: ReportersSet): void {
  recordSetting(event, "REPORTERS", [event.params.quorum], event.params.reporters);
}
