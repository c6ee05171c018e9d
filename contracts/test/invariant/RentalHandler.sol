// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {GpuStatus, Rates, Tier} from "contracts/src/types/Types.sol";
import {Actors} from "contracts/test/invariant/Actors.sol";
import {Model} from "contracts/test/invariant/model/Model.sol";

/// @title Buys, rents, tops up, ends and settles, and takes GPUs away
/// @dev Each action asks the model first whether it may be done. If not, the model's error is expected; if so, it must
/// succeed: `fail_on_revert` is on.
abstract contract RentalHandler is Actors {
    function buy(uint256 who, uint256 amount) external watched {
        address payer = _actor(who);
        address recipient = _actor(who / 7);
        amount = bound(amount, 1, 100e6);
        if (who % 4 != 0) _report(2e8);
        bytes4 refusal = isBuyingPaused ? IDataCredits.DataCredits_Paused.selector : bytes4(0);
        if (block.timestamp > reportedAt + 600) refusal = IPriceFeed.PriceFeed_Stale.selector;
        uint256 price = refusal == 0 ? network.priceFeed.previewPrice() : 0;
        _expect(refusal);
        vm.prank(payer);
        uint256 bctBurnt = network.credits.mintExactFor(recipient, amount, type(uint256).max, 0);
        if (refusal != 0) return;
        assertEq(bctBurnt, (amount * 1e20 + price - 1) / price, "BCT burned");
        model.mint(recipient, amount);
        ++reached["bought"];
        bctBurned += bctBurnt;
    }

    function rent(uint256 who, uint256 gpu, uint256 escrow, bool isSpot) external watched {
        gpu = who % 4 == 0 ? _gpu(gpu) : _idleGpu(gpu);
        uint256 rate = _rate(gpu, isSpot);
        // half a day at most, so that funds run out often; one in eight anything
        escrow = bound(escrow, model.price(rate, 60), rate * 12);
        if (who % 8 == 0) escrow = bound(escrow, 0, rate * 200);
        bytes4 refusal = _rentRefusal(_actor(who), gpu, rate, escrow, isSpot);
        uint256 before = model.open(gpu);
        _expect(refusal);
        vm.prank(_actor(who));
        uint256 id = isSpot
            ? network.market.rentSpot(gpu, escrow, uint64(rate))
            : network.market.rentOnDemand(gpu, escrow, uint64(rate));
        if (refusal != 0) return;
        uint256 pool = network.gpus.poolOf(gpu);
        uint256 modelId = isSpot
            ? model.startSpot(_actor(who), gpu, pool, rate, escrow, 0)
            : model.startOnDemand(_actor(who), gpu, pool, rate, escrow);
        assertEq(id, modelId, "rental's id");
        toldUntil[id] = block.timestamp;
        ++reached[isSpot ? "rented spot" : "rented on demand"];
        if (before != 0) ++reached["rented after another was over"];
        if (isSpot && model.use(id).endsBy != model.NEVER()) ++reached["rented spot before a booking"];
    }

    function topUp(uint256 who, uint256 which, uint256 amount) external watched {
        if (model.count() == 0) return;
        address payer = _actor(who);
        uint256 id = _runningRental(which);
        amount = bound(amount, 0, who % 8 == 0 ? model.free(payer) : model.free(payer) / 100);
        bytes4 refusal = _topUpRefusal(id, amount);
        _expect(refusal);
        vm.prank(payer);
        network.market.topUp(id, amount);
        if (refusal != 0) return;
        model.add(id, payer, amount);
        ++reached["topped up"];
    }

    function end(uint256 who, uint256 which) external watched {
        if (model.count() == 0) return;
        address caller = _actor(who);
        uint256 id = _rental(which);
        Model.Use memory u = model.use(id);
        bytes4 refusal;
        if (u.isOver) refusal = IMarketplace.Marketplace_Ended.selector;
        else if (model.isRunning(id) && caller != u.customer) refusal = IMarketplace.Marketplace_NotCustomer.selector;
        _expect(refusal);
        vm.prank(caller);
        network.market.end(id);
        if (refusal != 0) return;
        ++reached[model.isRunning(id) ? "ended by its customer" : "ended after it was over"];
        if (!model.isRunning(id) && u.endsBy < model.fundedUntil(id)) ++reached["preempted"];
        model.finish(id);
    }

    function settle(uint256 who, uint256 which) external watched {
        if (model.count() == 0) return;
        uint256 id = _rental(which);
        vm.prank(_actor(who));
        assertEq(network.market.settle(id), model.settle(id), "settled");
    }

    function settleAll() external watched {
        uint256[] memory ids = new uint256[](model.count());
        for (uint256 i; i < ids.length; ++i) {
            ids[i] = i + 1;
        }
        uint256 burnt = network.market.settleMany(ids);
        for (uint256 i; i < ids.length; ++i) {
            burnt -= model.settle(ids[i]);
        }
        assertEq(burnt, 0, "settled");
    }

    function setStatus(uint256 gpu, uint256 seed) external watched {
        gpu = _gpu(gpu);
        GpuStatus before = network.gpus.statusOf(gpu);
        if (before == GpuStatus.RETIRED || (before == GpuStatus.ACTIVE && seed % 2 == 0)) return;
        GpuStatus next = before == GpuStatus.ACTIVE ? GpuStatus.OFFLINE : GpuStatus.ACTIVE;
        vm.prank(network.operators.ownerOf(1));
        network.gpus.setStatus(gpu, next);
        uint256 id = model.open(gpu);
        if (before == GpuStatus.ACTIVE && id != 0) {
            model.finish(id);
            ++reached["ended by its GPU"];
        }
        model.setAway(gpu, next != GpuStatus.ACTIVE);
        if (next != GpuStatus.ACTIVE) ++reached["went away"];
    }

    function _rate(uint256 gpu, bool isSpot) private view returns (uint256) {
        Rates memory rates = network.pools.ratesOf(network.gpus.poolOf(gpu));
        return isSpot ? rates.spot : rates.onDemand;
    }

    function _rentRefusal(address customer, uint256 gpu, uint256 rate, uint256 escrow, bool isSpot)
        private
        view
        returns (bytes4)
    {
        if (isIntakePaused) return IMarketplace.Marketplace_Paused.selector;
        if (!_isActive(gpu)) return IMarketplace.Marketplace_GpuNotActive.selector;
        if (escrow < model.price(rate, 60)) return IMarketplace.Marketplace_TooShort.selector;
        if (model.lasts(rate, escrow) > 7 days) return IMarketplace.Marketplace_TooFarAhead.selector;
        if (model.isRunning(model.open(gpu))) return IMarketplace.Marketplace_GpuBusy.selector;
        uint256 hour = block.timestamp / 3600;
        uint256 toHour = isSpot ? hour + 1 : model.hoursUp(block.timestamp + model.lasts(rate, escrow));
        if (model.isAnyTaken(gpu, hour, toHour)) return IMarketplace.Marketplace_HoursTaken.selector;
        if (isSpot && model.isTaken(gpu, hour + 1) && (hour + 1) * 3600 < block.timestamp + 60) {
            return IMarketplace.Marketplace_BookedSoon.selector;
        }
        return _spendable(customer, gpu) < escrow ? IDataCredits.DataCredits_Insufficient.selector : bytes4(0);
    }

    /// @dev What the rental before gives back can be spent at once.
    function _spendable(address account, uint256 gpu) internal view returns (uint256 amount) {
        amount = model.free(account);
        uint256 id = model.open(gpu);
        if (id != 0 && !model.isRunning(id) && model.use(id).customer == account) {
            amount += model.use(id).deposited - model.owed(id);
        }
    }

    function _topUpRefusal(uint256 id, uint256 amount) private view returns (bytes4) {
        Model.Use memory u = model.use(id);
        if (!model.isRunning(id)) return IMarketplace.Marketplace_Ended.selector;
        if (u.tier == Tier.RESERVED) return IMarketplace.Marketplace_PaidBySlot.selector;
        if (amount == 0) return IMarketplace.Marketplace_ZeroAmount.selector;
        uint256 until = u.startAt + model.lasts(u.rate, u.deposited + amount);
        if (until > block.timestamp + 7 days) return IMarketplace.Marketplace_TooFarAhead.selector;
        if (u.tier == Tier.SPOT) return 0;
        bool isTaken = model.isAnyTaken(u.gpu, model.hoursUp(model.fundedUntil(id)), model.hoursUp(until));
        return isTaken ? IMarketplace.Marketplace_HoursTaken.selector : bytes4(0);
    }
}
