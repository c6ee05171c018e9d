// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Network} from "contracts/script/Deployment.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {Claim} from "contracts/src/types/Types.sol";
import {EconomyOracles} from "contracts/test/invariant/EconomyOracles.sol";
import {EconomyModel} from "contracts/test/invariant/model/EconomyModel.sol";
import {Trees} from "contracts/test/utils/Trees.sol";

/// @title Closes and finalizes epochs and claims, at any time and often wrongly
/// @dev Each action works out first whether it may be done. If not, the error is expected; if so, it must succeed.
contract EconomyHandler is EconomyOracles {
    constructor(Network memory n, EconomyModel model_, address admin, address guardian, address[] memory oracles)
        EconomyOracles(n, model_, admin, guardian, oracles)
    {}

    function setKappa(uint256 seed) external {
        uint256 kappa = seed % 2 == 0 ? 10_000 : bound(seed, 0, 30_000);
        vm.prank(ADMIN);
        network.rewards.setKappa(SafeCast.toUint16(kappa));
        model.setKappa(kappa);
    }

    function closeEpoch(uint256 seed) external {
        uint256 next = model.closedCount();
        uint256 epoch = seed % 8 == 0 ? next + 1 : next;
        bytes4 refusal;
        if (epoch != next) refusal = IEpochRewards.EpochRewards_NotNextToClose.selector;
        else if (epoch == model.epochNow()) refusal = IEpochRewards.EpochRewards_EpochNotOver.selector;
        _expect(refusal);
        network.rewards.closeEpoch(epoch);
        if (refusal != 0) return;
        model.close();
        ++reached["closed"];
        if (model.budgets(epoch) == 0) ++reached["closed without a budget"];
        else if (model.budgets(epoch) == model.worthIn(epoch) * model.kappa() / 10_000) ++reached["bound by use"];
        else ++reached["bound by the schedule"];
    }

    function finalize(uint256 seed) external {
        uint256 next = model.finalizedCount();
        uint256 epoch = seed % 8 == 0 ? next + 1 : next;
        bytes4 refusal;
        if (epoch != next) refusal = IEpochRewards.EpochRewards_NotNextToFinalize.selector;
        else if (epoch >= model.committedCount()) refusal = IEpochRewards.EpochRewards_NotCommitted.selector;
        else if (!_isWindowOver(epoch)) refusal = IEpochRewards.EpochRewards_WindowOpen.selector;
        _expect(refusal);
        network.rewards.finalize(epoch);
        if (refusal != 0) return;
        model.finalize();
        ++reached["finalized"];
    }

    /// @dev By the leaves of any committed epoch: only those of the last final one are any good.
    function claim(uint256 who, uint256 seed) external {
        uint256 count = model.committedCount();
        uint256 wallet_ = who % model.WALLETS();
        if (count == 0) return;
        uint256 epoch = seed % 4 == 0 || model.finalizedCount() == 0 ? seed / 4 % count : model.finalizedCount() - 1;
        uint256[] memory amounts = model.step(epoch).cumulative;
        uint256 amount = seed % 16 == 1 ? amounts[wallet_] + 1 : amounts[wallet_];
        uint256 before = model.paid(wallet_);
        bytes4 refusal;
        if (seed % 16 == 1 || !_isPresent(amounts)) refusal = IEpochRewards.EpochRewards_BadProof.selector;
        else if (amount <= before) refusal = IEpochRewards.EpochRewards_NothingToClaim.selector;
        bytes32[] memory proof = Trees.proof(_leaves(amounts), wallet_);
        _expect(refusal);
        uint256 got = network.rewards.claim(wallet(wallet_), amount, proof);
        if (refusal == IEpochRewards.EpochRewards_BadProof.selector) ++reached["refused a proof"];
        if (refusal != 0) return;
        assertEq(got, amount - before, "paid");
        model.pay(wallet_, amount);
        ++reached["claimed"];
        if (before != 0) ++reached["claimed again"];
    }

    /// @dev One wrong proof spoils them all.
    function claimMany(uint256 seed) public {
        if (model.finalizedCount() == 0) return;
        uint256[] memory amounts = model.step(model.finalizedCount() - 1).cumulative;
        Claim[] memory claims = _claims(amounts);
        bool isWrong = seed % 4 == 0;
        if (isWrong) ++claims[seed / 4 % claims.length].cumulativeAmount;
        uint256 before = model.totalPaid();
        _expect(isWrong ? IEpochRewards.EpochRewards_BadProof.selector : bytes4(0));
        uint256 got = network.rewards.claimMany(claims);
        if (isWrong) return;
        for (uint256 i; i < amounts.length; ++i) {
            model.pay(i, amounts[i]);
        }
        assertEq(got, model.totalPaid() - before, "paid");
        ++reached["claimed for many"];
    }

    /// @dev Whatever had happened: the epochs up to now can be closed, paid honestly and claimed.
    function wrapUp() external {
        settle(false);
        settle(true);
        skip(1 days);
        while (model.closedCount() < model.epochNow()) {
            network.rewards.closeEpoch(model.closedCount());
            model.close();
        }
        while (model.committedCount() < model.closedCount()) {
            _attestHonestly();
        }
        skip(1 days);
        while (model.finalizedCount() < model.committedCount()) {
            network.rewards.finalize(model.finalizedCount());
            model.finalize();
        }
        claimMany(1);
    }

    function _claims(uint256[] memory amounts) private pure returns (Claim[] memory claims) {
        bytes32[] memory leaves = _leaves(amounts);
        claims = new Claim[](amounts.length);
        for (uint256 i; i < amounts.length; ++i) {
            claims[i] = Claim(wallet(i), amounts[i], Trees.proof(leaves, i));
        }
    }

    /// @dev Whether these are the amounts that the present root holds.
    function _isPresent(uint256[] memory amounts) private view returns (bool) {
        uint256 count = model.finalizedCount();
        if (count == 0) return false;
        return keccak256(abi.encode(amounts)) == keccak256(abi.encode(model.step(count - 1).cumulative));
    }
}
