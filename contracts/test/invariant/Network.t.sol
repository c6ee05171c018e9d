// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GpuStatus, Rental} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";
import {Handler} from "contracts/test/invariant/Handler.sol";
import {Model} from "contracts/test/invariant/Model.sol";

/// In words: README.md beside this file.
contract NetworkInvariantTest is Base {
    Handler internal handler;
    Model internal model;
    uint256 private _bctSupply;

    function setUp() public override {
        super.setUp();
        _createPool(operatorId, 1_000_001);
        _mintGpu(1, "gpu 2");
        _mintGpu(2, "gpu 3");
        _mintGpu(2, "gpu 4");
        model = new Model(GENESIS, 1 days);
        handler = new Handler(network, guardian, reporters, model);
        for (uint256 i; i < handler.actorCount(); ++i) {
            address actor = handler.actors(i);
            vm.prank(treasury);
            network.token.transfer(actor, 1e25);
            vm.prank(actor);
            network.credits.mintExactFor(actor, 500e6, 250e18, 0);
            model.mint(actor, 500e6);
        }
        _bctSupply = network.token.totalSupply();
        targetContract(address(handler));
    }

    /// One function for all: forge would repeat the same calls for each.
    /// forge-config: default.invariant.runs = 48
    /// forge-config: default.invariant.depth = 128
    function invariant_WhatAlwaysHolds() external view {
        _creditsAreConserved();
        _escrowCoversWhatIsOwed();
        _everythingIsAsTheModelSays();
        _oneRunningRentalPerGpu();
        _talliesAgree();
        _bctAreBurnedForCredits();
    }

    /// Random calls that are all refused would prove nothing: three thousand of them reach every outcome.
    function test_TheHandlerGetsSomewhere() external {
        for (uint256 i; i < 3000; ++i) {
            _act(uint256(keccak256(abi.encode(i))));
        }
        string[7] memory outcomes = [
            "bought",
            "rented",
            "rented after funds ran out",
            "topped up",
            "ended by its customer",
            "ended after funds ran out",
            "ended by its GPU"
        ];
        for (uint256 i; i < outcomes.length; ++i) {
            assertGt(handler.reached(outcomes[i]), 3, outcomes[i]);
        }
        this.invariant_WhatAlwaysHolds();
    }

    function _act(uint256 seed) private {
        uint256 what = seed % 10;
        (uint256 a, uint256 b, uint256 c) = (seed >> 8 & 0xffffff, seed >> 32 & 0xffffff, seed >> 56);
        if (what == 0) handler.buy(a, c);
        else if (what == 1) handler.rent(a, b, c);
        else if (what == 2) handler.topUp(a, b, c);
        else if (what == 3) handler.end(a, b);
        else if (what == 4) handler.settle(a, b);
        else if (what == 5) handler.settleAll();
        else if (what == 6) handler.setStatus(a, b);
        else if (what == 7) handler.meddle(a, c);
        else if (what == 8) handler.pass(c);
        else handler.intrude(a, b, c);
    }

    function _creditsAreConserved() private view {
        uint256 sum = network.credits.escrowed();
        for (uint256 i; i < handler.actorCount(); ++i) {
            sum += network.credits.balanceOf(handler.actors(i));
        }
        assertEq(sum, network.credits.totalSupply(), "balances and escrow");
        assertEq(sum, model.minted() - model.burned(), "minted less burned");
    }

    function _escrowCoversWhatIsOwed() private view {
        uint256 sum;
        for (uint256 id = 1; id <= model.count(); ++id) {
            Rental memory rental = network.market.rentalOf(id);
            if (rental.isEnded) continue;
            sum += rental.escrowDc - rental.burnedDc;
            assertLe(model.owed(id), rental.escrowDc, "owed");
            assertEq(network.market.due(id), model.owed(id) - rental.burnedDc, "due");
        }
        assertEq(sum, network.credits.escrowed(), "escrow");
    }

    function _everythingIsAsTheModelSays() private view {
        for (uint256 i; i < handler.actorCount(); ++i) {
            assertEq(network.credits.balanceOf(handler.actors(i)), model.free(handler.actors(i)), "balance");
        }
        for (uint256 id = 1; id <= model.count(); ++id) {
            Rental memory rental = network.market.rentalOf(id);
            Model.Use memory u = model.use(id);
            assertEq(rental.customer, u.customer, "customer");
            assertEq(rental.gpuId, u.gpu, "gpu");
            assertEq(rental.poolId, u.pool, "pool");
            assertEq(rental.rateDcPerHour, u.rate, "rate");
            assertEq(rental.startAt, u.startAt, "start");
            assertEq(rental.escrowDc, u.deposited, "deposited");
            assertEq(rental.burnedDc, u.burned, "burned");
            assertEq(rental.settledAt, u.settledAt, "settled");
            assertEq(rental.isEnded, u.isOver, "ended");
            assertEq(network.market.paidUntil(id), model.fundedUntil(id), "paid until");
        }
    }

    function _oneRunningRentalPerGpu() private view {
        uint256[] memory running = new uint256[](handler.GPUS() + 1);
        for (uint256 id = 1; id <= model.count(); ++id) {
            if (model.isRunning(id)) {
                uint256 gpu = model.use(id).gpu;
                assertEq(running[gpu], 0, "two on one GPU");
                assertEq(uint8(network.gpus.statusOf(gpu)), uint8(GpuStatus.ACTIVE), "not active");
                running[gpu] = id;
            }
        }
        for (uint256 gpu = 1; gpu < running.length; ++gpu) {
            assertEq(network.market.runningRental(gpu), running[gpu], "running");
        }
    }

    function _talliesAgree() private view {
        uint256 total;
        uint256 last = network.market.epochAt(uint64(vm.getBlockTimestamp()));
        for (uint256 epoch; epoch <= last; ++epoch) {
            uint256 byPool;
            uint256 byGpu;
            for (uint256 pool = 1; pool <= handler.POOLS(); ++pool) {
                uint256 tallied = network.market.burnedInByPool(epoch, pool);
                assertEq(tallied, model.inEpochByPool(epoch, pool), "pool");
                byPool += tallied;
            }
            for (uint256 gpu = 1; gpu <= handler.GPUS(); ++gpu) {
                uint256 tallied = network.market.burnedInByGpu(epoch, gpu);
                assertEq(tallied, model.inEpochByGpu(epoch, gpu), "gpu");
                byGpu += tallied;
            }
            uint256 inEpoch = network.market.burnedIn(epoch);
            assertEq(inEpoch, model.inEpoch(epoch), "epoch");
            assertEq(byPool, inEpoch, "pools");
            assertEq(byGpu, inEpoch, "gpus");
            total += inEpoch;
        }
        assertEq(total, model.burned(), "burned");
    }

    function _bctAreBurnedForCredits() private view {
        assertEq(network.token.totalSupply(), _bctSupply - handler.bctBurned());
    }

    /// Whatever happened, everybody gets out: all rentals can be ended once their funds ran out.
    function afterInvariant() external {
        skip(8 days);
        for (uint256 id = 1; id <= model.count(); ++id) {
            if (!network.market.rentalOf(id).isEnded) network.market.end(id);
        }
        assertEq(network.credits.escrowed(), 0, "left in escrow");
    }
}
