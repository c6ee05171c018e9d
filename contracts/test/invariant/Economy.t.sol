// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Params} from "contracts/script/Deployment.sol";
import {Commit} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";
import {EconomyHandler} from "contracts/test/invariant/EconomyHandler.sol";
import {EconomyModel} from "contracts/test/invariant/model/EconomyModel.sol";

/// In words: README.md beside this file.
contract EconomyInvariantTest is Base {
    EconomyHandler internal handler;
    EconomyModel internal model;
    address[] private _oracles;

    function setUp() public override {
        for (uint256 i; i < 3; ++i) {
            _oracles.push(makeAddr(string.concat("oracle ", vm.toString(i))));
        }
        super.setUp();
        _mintGpu(poolId, "gpu 2");
        _mintGpu(poolId, "gpu 3");
        model = new EconomyModel(GENESIS);
        handler = new EconomyHandler(network, model, admin, guardian, _oracles);
        vm.prank(treasury);
        network.token.transfer(makeAddr("renter"), 1e26);
        handler.buy(1, 100e6);
        targetContract(address(handler));
        // the end of each run, not a step of it
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = handler.wrapUp.selector;
        excludeSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev Small enough that sometimes the schedule binds and sometimes use does.
    function _params() internal view override returns (Params memory p) {
        p = super._params();
        p.rewards.initialEmission = 40e18;
        p.rewards.halvingEpochs = 3;
        p.rewards.reEmissionCap = 10e18;
        p.rewards.oracles = _oracles;
        p.rewards.quorum = 2;
    }

    /// One function for all: forge would repeat the same calls for each.
    /// forge-config: default.invariant.runs = 32
    /// forge-config: default.invariant.depth = 120
    function invariant_WhatAlwaysHolds() external view {
        _supplyIsGenesisLessBurnedPlusFinalized();
        _contractHoldsWhatIsUnclaimed();
        _claimsNeverExceedWhatIsFinal();
        _claimsAreAsTheModelSays();
        _talliesAreAsTheModelSays();
        _budgetsAreAsTheModelSays();
        _mintedNeverExceedsBudgets();
        _mintedIsWorthAtMostKappaTimesBurned();
        _stepsAreTakenInOrder();
    }

    /// Random calls that are all refused would prove nothing: some thousands of them reach every outcome.
    function test_TheHandlerGetsSomewhere() external {
        for (uint256 i; i < 3000; ++i) {
            _act(uint256(keccak256(abi.encode(i))));
        }
        string[20] memory outcomes = [
            "feed failed",
            "bought",
            "rented",
            "ended",
            "reserved",
            "used at the last good price",
            "closed",
            "closed without a budget",
            "bound by use",
            "bound by the schedule",
            "refused over the budget",
            "refused without a root",
            "changed a vote",
            "committed",
            "vetoed",
            "finalized",
            "refused a proof",
            "claimed",
            "claimed again",
            "claimed for many"
        ];
        for (uint256 i; i < outcomes.length; ++i) {
            assertGe(handler.reached(outcomes[i]), 3, outcomes[i]);
        }
        this.invariant_WhatAlwaysHolds();
    }

    /// Whatever happened, epochs go on, and in the end everybody is paid all.
    function afterInvariant() external {
        handler.wrapUp();
        this.invariant_WhatAlwaysHolds();
        assertEq(network.rewards.closedCount(), model.epochNow() - 1, "closed");
        assertEq(network.rewards.finalizedCount(), network.rewards.closedCount(), "final");
        assertEq(network.token.balanceOf(address(network.rewards)), 0, "left");
    }

    function _act(uint256 seed) private {
        uint256 what = seed % 16;
        (uint256 a, uint256 b) = (seed >> 8 & 0xffffff, seed >> 32);
        if (what == 0) handler.quote(a, b);
        else if (what == 1) handler.buy(a, b);
        else if (what == 2) handler.rent(a, b);
        else if (what == 3) handler.end(a);
        else if (what == 4) handler.reserve(a, b);
        else if (what == 5) handler.settle(a % 2 == 0);
        else if (what == 6) handler.pass(b);
        else if (what == 7) handler.setKappa(b);
        else if (what == 8) handler.closeEpoch(a);
        else if (what < 12) handler.attest(a, b);
        else if (what == 12) handler.veto(a);
        else if (what == 13) handler.finalize(a);
        else if (what == 14) handler.claim(a, b);
        else handler.claimMany(a);
    }

    function _supplyIsGenesisLessBurnedPlusFinalized() private view {
        uint256 supply = model.GENESIS_SUPPLY() - model.burnedBct() + model.finalizedBct();
        assertEq(network.token.totalSupply(), supply, "supply");
    }

    function _contractHoldsWhatIsUnclaimed() private view {
        uint256 held = network.token.balanceOf(address(network.rewards));
        assertEq(held, model.finalizedBct() - model.totalPaid(), "held");
    }

    function _claimsNeverExceedWhatIsFinal() private view {
        uint256 claimed;
        for (uint256 i; i < model.WALLETS(); ++i) {
            claimed += network.rewards.claimedOf(handler.wallet(i));
        }
        assertLe(claimed, _finalTotal(), "claimed");
    }

    /// The model's amounts only rise: each call of the handler that pays is checked to pay the difference.
    function _claimsAreAsTheModelSays() private view {
        for (uint256 i; i < model.WALLETS(); ++i) {
            address wallet = handler.wallet(i);
            assertEq(network.rewards.claimedOf(wallet), model.paid(i), "claimed");
            assertEq(network.token.balanceOf(wallet), model.paid(i), "wallet");
        }
    }

    function _talliesAreAsTheModelSays() private view {
        uint256 usedDc;
        for (uint256 epoch; epoch <= model.epochNow(); ++epoch) {
            usedDc += network.rewards.burnedIn(epoch);
            assertEq(network.rewards.burnedIn(epoch), model.usedDcIn(epoch), "DC");
            assertEq(network.rewards.bctEquivalentIn(epoch), model.worthIn(epoch), "worth");
            assertEq(network.credits.bctBurnedIn(epoch), model.burnedBctIn(epoch), "BCT");
        }
        assertEq(usedDc, model.usedDc(), "DC in all");
    }

    function _budgetsAreAsTheModelSays() private view {
        for (uint256 epoch; epoch < model.closedCount(); ++epoch) {
            assertEq(network.rewards.budgetOf(epoch), model.budgets(epoch), "budget");
            assertEq(network.rewards.kappaOf(epoch), model.kappas(epoch), "kappa");
        }
        assertEq(network.rewards.smoothedBct(), model.smoothed(), "smoothed");
    }

    function _mintedNeverExceedsBudgets() private view {
        uint256 budgets;
        for (uint256 epoch; epoch < model.finalizedCount(); ++epoch) {
            (Commit memory commit,) = network.rewards.commitOf(epoch);
            assertLe(commit.total, network.rewards.budgetOf(epoch), "total");
            budgets += network.rewards.budgetOf(epoch);
        }
        assertLe(network.token.totalSupply() + model.burnedBct() - model.GENESIS_SUPPLY(), budgets, "minted");
    }

    /// By unrounded values, whatever the budget was; also for what is committed and not yet final.
    function _mintedIsWorthAtMostKappaTimesBurned() private view {
        for (uint256 epoch; epoch < network.rewards.committedCount(); ++epoch) {
            (Commit memory commit,) = network.rewards.commitOf(epoch);
            assertLe(commit.total * 1e16, model.exactWorthIn(epoch) * network.rewards.kappaOf(epoch), "value");
        }
    }

    function _stepsAreTakenInOrder() private view {
        assertEq(network.rewards.closedCount(), model.closedCount(), "closed");
        assertEq(network.rewards.committedCount(), model.committedCount(), "committed");
        assertEq(network.rewards.finalizedCount(), model.finalizedCount(), "finalized");
        assertLe(model.finalizedCount(), model.committedCount(), "final before committed");
        assertLe(model.committedCount(), model.closedCount(), "committed before closed");
        assertLe(model.closedCount(), model.epochNow(), "closed before over");
    }

    function _finalTotal() private view returns (uint256 sum) {
        for (uint256 epoch; epoch < network.rewards.finalizedCount(); ++epoch) {
            (Commit memory commit,) = network.rewards.commitOf(epoch);
            sum += commit.total;
        }
    }
}
