// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Network} from "contracts/script/Deployment.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {Rates} from "contracts/src/types/Types.sol";
import {Actors} from "contracts/test/invariant/Actors.sol";
import {SlotHandler} from "contracts/test/invariant/SlotHandler.sol";
import {Model} from "contracts/test/invariant/model/Model.sol";

/// @title Does random things to a network and to the model alike
contract Handler is SlotHandler {
    constructor(Network memory n, address guardian_, address[] memory reporters_, Model model_)
        Actors(n, guardian_, reporters_, model_)
    {}

    /// @dev What changes the market's surroundings and must not change a rental or a slot.
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
        (address target, bytes memory call, bytes4 refusal) = _forbidden(what % 19, caller, amount);
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

    function _pause(bool isBuying, bool isIntake) private {
        vm.startPrank(guardian);
        network.credits.setPaused(isBuying);
        network.market.setPaused(isIntake);
        vm.stopPrank();
        (isBuyingPaused, isIntakePaused) = (isBuying, isIntake);
        if (isBuying) ++reached["paused buying"];
        if (isIntake) ++reached["paused intake"];
    }

    function _forbidden(uint256 what, address caller, uint256 amount)
        private
        view
        returns (address target, bytes memory call, bytes4 refusal)
    {
        if (what < 4) return _forbiddenOfCredits(what, caller, amount);
        if (what < 10) return _forbiddenOfMarket(what, caller, amount);
        refusal = IAccessManaged.AccessManagedUnauthorized.selector;
        if (what == 10) return (address(network.credits), abi.encodeCall(IDataCredits.setPaused, (true)), refusal);
        if (what == 11) return (address(network.credits), abi.encodeCall(IDataCredits.setMintLimit, (0, 1)), refusal);
        if (what == 12) return (address(network.market), abi.encodeCall(IMarketplace.setPaused, (true)), refusal);
        if (what == 13) return (address(network.market), abi.encodeCall(IMarketplace.setSlots, (caller)), refusal);
        if (what == 14) return (address(network.token), abi.encodeCall(network.token.mint, (caller, amount)), refusal);
        target = address(network.rewards);
        if (what == 15) return (target, abi.encodeCall(IEpochRewards.setKappa, (30_000)), refusal);
        if (what == 16) return (target, abi.encodeCall(IEpochRewards.veto, (0, "mine")), refusal);
        if (what == 17) return (address(network.gpus), abi.encodeCall(network.gpus.setMarket, (caller)), refusal);
        refusal = IEpochRewards.EpochRewards_NotMeter.selector;
        return (target, abi.encodeCall(IEpochRewards.recordUse, (1, 1, amount, amount)), refusal);
    }

    function _forbiddenOfCredits(uint256 what, address caller, uint256 amount)
        private
        view
        returns (address target, bytes memory call, bytes4 refusal)
    {
        target = address(network.credits);
        refusal = IDataCredits.DataCredits_NotKeeper.selector;
        if (what == 0) return (target, abi.encodeCall(IDataCredits.escrow, (_actor(amount), caller, 1)), refusal);
        if (what == 1) return (target, abi.encodeCall(IDataCredits.release, (caller, amount)), refusal);
        if (what == 2) return (target, abi.encodeCall(IDataCredits.burnEscrowed, (1)), refusal);
        refusal = IAccessManaged.AccessManagedUnauthorized.selector;
        return (target, abi.encodeCall(IDataCredits.setKeepers, (caller, _actor(amount))), refusal);
    }

    function _forbiddenOfMarket(uint256 what, address caller, uint256 amount)
        private
        view
        returns (address target, bytes memory call, bytes4 refusal)
    {
        target = address(network.market);
        uint256 gpu = _gpu(amount);
        uint256 hour = block.timestamp / 1 hours;
        refusal = IMarketplace.Marketplace_NotGpuNFT.selector;
        if (what == 4) return (target, abi.encodeCall(IMarketplace.onGpuInactive, (gpu)), refusal);
        refusal = IMarketplace.Marketplace_NotSlots.selector;
        if (what == 5) return (target, abi.encodeCall(IMarketplace.bookSlot, (gpu, hour + 1, hour + 2, 1)), refusal);
        if (what == 6) return (target, abi.encodeCall(IMarketplace.freeSlot, (gpu, hour, hour + 1)), refusal);
        if (what == 7) return (target, abi.encodeCall(IMarketplace.moveSlot, (gpu, 1, hour, hour + 1, 1)), refusal);
        if (what == 8) return (target, abi.encodeCall(IMarketplace.startReserved, (gpu, caller, 1)), refusal);
        return (target, abi.encodeCall(IMarketplace.endReserved, (1)), refusal);
    }
}
