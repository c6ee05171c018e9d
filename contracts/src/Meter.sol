// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {Conversion} from "contracts/src/libraries/Conversion.sol";

/// @title What turns use into burned DC; see {IMeter}
/// @dev A settlement is told and tallied here, one by one; the DC of a whole batch are then burned at once, and the price
/// is read once.
abstract contract Meter is IMeter {
    /// @dev One settlement.
    struct Use {
        uint256 sourceId;
        uint256 gpuId;
        uint256 poolId;
        uint256 operatorId;
        address payer;
        uint256 amountDc;
        uint256 fromTime;
        uint256 toTime;
    }

    IDataCredits public immutable CREDITS;
    IEpochRewards public immutable REWARDS;
    IPriceFeed public immutable PRICE_FEED;

    constructor(IDataCredits credits, IEpochRewards rewards, IPriceFeed priceFeed) {
        CREDITS = credits;
        REWARDS = rewards;
        PRICE_FEED = priceFeed;
    }

    /// @dev Whoever calls burns `use.amountDc` from escrow afterwards.
    /// @param price the feed's, or its last good one
    function _tally(Use memory use, uint256 price) internal {
        uint256 bctEquivalent = Conversion.toBctDown(use.amountDc, price);
        uint256 epoch = REWARDS.recordUse(use.gpuId, use.poolId, use.amountDc, bctEquivalent);
        emit UsageSettled(
            use.sourceId,
            use.gpuId,
            use.poolId,
            use.operatorId,
            use.payer,
            use.amountDc,
            bctEquivalent,
            uint64(use.fromTime),
            uint64(use.toTime),
            epoch
        );
    }
}
