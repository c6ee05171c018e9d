// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Network} from "contracts/script/Deployment.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IPriceFeed} from "contracts/src/interfaces/IPriceFeed.sol";
import {GpuStatus, Rates} from "contracts/src/types/Types.sol";
import {Actors} from "contracts/test/invariant/Actors.sol";
import {Model} from "contracts/test/invariant/Model.sol";

/// @title Does random things to a network and to the model alike
/// @dev Each action asks the model first whether it may be done. If not, the model's error is expected; if so, it must
/// succeed: `fail_on_revert` is on.
contract Handler is Actors {
    constructor(Network memory n, address guardian_, address[] memory reporters_, Model model_)
        Actors(n, guardian_, reporters_, model_)
    {}

    function buy(uint256 who, uint256 amount) external watched {
        address payer = _actor(who);
        address recipient = _actor(who / 7);
        amount = bound(amount, 1, 100e6);
        if (who % 4 != 0) _report(2e8);
        bytes4 refusal = isBuyingPaused ? IDataCredits.DataCredits_Paused.selector : bytes4(0);
        if (block.timestamp > reportedAt + 600) refusal = IPriceFeed.PriceFeed_Stale.selector;
        uint256 price = refusal == 0 ? network.priceFeed.previewPrice() : 0;
        if (refusal != 0) vm.expectPartialRevert(refusal);
        vm.prank(payer);
        uint256 bctBurnt = network.credits.mintExactFor(recipient, amount, type(uint256).max, 0);
        if (refusal != 0) return;
        assertEq(bctBurnt, (amount * 1e20 + price - 1) / price, "BCT burned");
        model.mint(recipient, amount);
        ++reached["bought"];
        bctBurned += bctBurnt;
    }

    function rent(uint256 who, uint256 gpu, uint256 escrow) external watched {
        address customer = _actor(who);
        gpu = who % 4 == 0 ? _gpu(gpu) : _idleGpu(gpu);
        Rates memory rates = network.pools.ratesOf(network.gpus.poolOf(gpu));
        // half a day at most, so that funds run out often; one in eight anything
        escrow = bound(escrow, model.price(rates.onDemand, 60), uint256(rates.onDemand) * 12);
        if (who % 8 == 0) escrow = bound(escrow, 0, uint256(rates.onDemand) * 200);
        bytes4 refusal = _rentRefusal(customer, gpu, rates.onDemand, escrow);
        if (refusal != 0) vm.expectPartialRevert(refusal);
        vm.prank(customer);
        uint256 id = network.market.rentOnDemand(gpu, escrow, rates.onDemand);
        if (refusal != 0) {
            // what a reverted call emitted is recorded too: the end of the rental before, which then didn't happen
            vm.getRecordedLogs();
            return;
        }
        ++reached[model.open(gpu) == 0 ? "rented" : "rented after funds ran out"];
        uint256 pool = network.gpus.poolOf(gpu);
        assertEq(id, model.start(customer, gpu, pool, rates.onDemand, escrow), "rental's id");
        toldUntil[id] = block.timestamp;
    }

    function topUp(uint256 who, uint256 which, uint256 amount) external watched {
        if (model.count() == 0) return;
        address payer = _actor(who);
        uint256 id = _rental(which);
        amount = bound(amount, 0, model.free(payer));
        Model.Use memory u = model.use(id);
        bytes4 refusal;
        if (!model.isRunning(id)) {
            refusal = IMarketplace.Marketplace_Ended.selector;
        } else if (amount == 0) {
            refusal = IMarketplace.Marketplace_ZeroAmount.selector;
        } else if (u.startAt + model.lasts(u.rate, u.deposited + amount) > block.timestamp + 7 days) {
            refusal = IMarketplace.Marketplace_TooFarAhead.selector;
        }
        if (refusal != 0) vm.expectPartialRevert(refusal);
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
        if (refusal != 0) vm.expectPartialRevert(refusal);
        vm.prank(caller);
        network.market.end(id);
        if (refusal != 0) return;
        ++reached[model.isRunning(id) ? "ended by its customer" : "ended after funds ran out"];
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
        network.market.settleMany(ids);
        for (uint256 i; i < ids.length; ++i) {
            model.settle(ids[i]);
        }
    }

    function setStatus(uint256 gpu, uint256 seed) external watched {
        gpu = _gpu(gpu);
        GpuStatus before = network.gpus.statusOf(gpu);
        if (before == GpuStatus.RETIRED || (before == GpuStatus.ACTIVE && seed % 2 == 0)) return;
        GpuStatus next = before == GpuStatus.ACTIVE ? GpuStatus.OFFLINE : GpuStatus.ACTIVE;
        // retiring is for good, so it is rare
        if (seed % 256 == 1) next = GpuStatus.RETIRED;
        vm.prank(next == GpuStatus.RETIRED ? network.gpus.ownerOf(gpu) : network.gpus.contributorOf(gpu));
        network.gpus.setStatus(gpu, next);
        if (before != GpuStatus.ACTIVE || model.open(gpu) == 0) return;
        model.finish(model.open(gpu));
        ++reached["ended by its GPU"];
    }

    /// @dev What changes the market's surroundings and must not change a rental.
    function meddle(uint256 what, uint256 seed) external watched {
        if (what % 5 == 0) _setRates(seed);
        else if (what % 5 == 1) _report(bound(seed, 0.5e8, 8e8));
        else if (what % 5 == 2) _move(network.gpus, _gpu(seed), _actor(seed / 7));
        else if (what % 5 == 3) _move(network.operators, 1, _actor(seed));
        else _pause(seed % 8 == 0, seed % 8 == 1);
    }

    function pass(uint256 duration) external watched {
        skip(bound(duration, 1, duration % 2 == 0 ? 5 minutes : 6 hours));
    }

    function intrude(uint256 who, uint256 what, uint256 amount) external watched {
        address caller = _actor(who);
        (address target, bytes memory call, bytes4 refusal) = _forbidden(what, caller, amount);
        vm.expectRevert(abi.encodeWithSelector(refusal, caller));
        vm.prank(caller);
        (bool isDone,) = target.call(call);
        assertTrue(isDone, "the revert was expected");
    }

    function _setRates(uint256 seed) private {
        uint64 rate = uint64(bound(seed, 1, 10e6));
        uint256 pool = seed % POOLS + 1;
        vm.prank(network.operators.ownerOf(network.pools.operatorOf(pool)));
        network.pools.setRates(pool, Rates(rate / 2 + 1, rate, rate));
    }

    function _move(IERC721 token, uint256 id, address to) private {
        address from = token.ownerOf(id);
        vm.prank(from);
        token.transferFrom(from, to, id);
    }

    function _pause(bool isBuying, bool isRenting) private {
        vm.startPrank(guardian);
        network.credits.setPaused(isBuying);
        network.market.setPaused(isRenting);
        vm.stopPrank();
        (isBuyingPaused, isRentingPaused) = (isBuying, isRenting);
    }

    function _report(uint256 price) private {
        for (uint256 i; i < 3; ++i) {
            vm.prank(reporters[i]);
            network.reportedFeed.report(price);
        }
        reportedAt = block.timestamp;
    }

    function _rentRefusal(address customer, uint256 gpu, uint256 rate, uint256 escrow) private view returns (bytes4) {
        if (isRentingPaused) return IMarketplace.Marketplace_Paused.selector;
        if (network.gpus.statusOf(gpu) != GpuStatus.ACTIVE) return IMarketplace.Marketplace_GpuNotActive.selector;
        if (escrow < model.price(rate, 60)) return IMarketplace.Marketplace_TooShort.selector;
        if (model.lasts(rate, escrow) > 7 days) return IMarketplace.Marketplace_TooFarAhead.selector;
        if (model.isRunning(model.open(gpu))) return IMarketplace.Marketplace_GpuBusy.selector;
        uint256 owned = model.free(customer);
        uint256 lastId = model.open(gpu);
        // what the rental before gives back can be spent at once
        if (lastId != 0 && model.use(lastId).customer == customer) {
            owned += model.use(lastId).deposited - model.owed(lastId);
        }
        return owned < escrow ? IDataCredits.DataCredits_Insufficient.selector : bytes4(0);
    }

    function _forbidden(uint256 what, address caller, uint256 amount)
        private
        view
        returns (address target, bytes memory call, bytes4 refusal)
    {
        target = address(network.credits);
        refusal = IDataCredits.DataCredits_NotKeeper.selector;
        what = what % 9;
        if (what == 0) return (target, abi.encodeCall(IDataCredits.escrow, (_actor(amount), caller, 1)), refusal);
        if (what == 1) return (target, abi.encodeCall(IDataCredits.release, (caller, amount)), refusal);
        if (what == 2) return (target, abi.encodeCall(IDataCredits.burnEscrowed, (1)), refusal);
        refusal = IAccessManaged.AccessManagedUnauthorized.selector;
        if (what == 3) return (target, abi.encodeCall(IDataCredits.setKeepers, (caller, caller)), refusal);
        if (what == 4) return (target, abi.encodeCall(IDataCredits.setPaused, (true)), refusal);
        if (what == 5) return (target, abi.encodeCall(IDataCredits.setMintLimit, (0, 1)), refusal);
        target = address(network.market);
        if (what == 6) return (target, abi.encodeCall(IMarketplace.setPaused, (true)), refusal);
        if (what == 7) return (address(network.token), abi.encodeCall(network.token.mint, (caller, amount)), refusal);
        refusal = IMarketplace.Marketplace_NotGpuNFT.selector;
        return (target, abi.encodeCall(IMarketplace.onGpuInactive, (_gpu(amount))), refusal);
    }
}
