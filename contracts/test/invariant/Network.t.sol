// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GpuStatus, Rental, Slot, UseTally} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";
import {Handler} from "contracts/test/invariant/Handler.sol";
import {Model} from "contracts/test/invariant/model/Model.sol";

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
            network.credits.mintExactFor(actor, 2000e6, 1000e18, 0);
            model.mint(actor, 2000e6);
        }
        _bctSupply = network.token.totalSupply();
        targetContract(address(handler));
    }

    /// One function for all: forge would repeat the same calls for each.
    /// forge-config: default.invariant.runs = 24
    /// forge-config: default.invariant.depth = 100
    function invariant_WhatAlwaysHolds() external view {
        _creditsAreConserved();
        _escrowCoversWhatIsOwed();
        _rentalsAreAsTheModelSays();
        _slotsAreAsTheModelSays();
        _calendarsAreAsTheModelSays();
        _oneRunningRentalPerGpu();
        _talliesAgree();
        _bctAreBurnedForCredits();
    }

    /// Random calls that are all refused would prove nothing: some thousands of them reach every outcome.
    function test_TheHandlerGetsSomewhere() external {
        for (uint256 i; i < 5000; ++i) {
            _act(uint256(keccak256(abi.encode(i))));
        }
        string[21] memory outcomes = [
            "bought",
            "rented on demand",
            "rented spot",
            "rented after another was over",
            "rented spot before a booking",
            "topped up",
            "ended by its customer",
            "ended after it was over",
            "ended by its GPU",
            "reserved",
            "reserved on a GPU in use",
            "split",
            "merged",
            "checked in",
            "hours refunded",
            "moved while in use",
            "given up",
            "moved to another GPU",
            "paused buying",
            "paused intake",
            "went away"
        ];
        assertGt(handler.reached("preempted"), 0, "preempted");
        for (uint256 i; i < outcomes.length; ++i) {
            assertGe(handler.reached(outcomes[i]), 3, outcomes[i]);
        }
        this.invariant_WhatAlwaysHolds();
    }

    function _act(uint256 seed) private {
        uint256 what = seed % 20;
        (uint256 a, uint256 b, uint256 c) = (seed >> 8 & 0xffffff, seed >> 32 & 0xffffff, seed >> 56);
        if (what < 2) handler.buy(a, c);
        else if (what < 4) handler.rent(a, b, c, what == 2);
        else if (what == 4) handler.topUp(a, b, c);
        else if (what == 5) handler.end(a, b);
        else if (what == 6) handler.settle(a, b);
        else if (what == 7) handler.settleAll();
        else if (what == 8) handler.setStatus(a, b);
        else if (what == 9) handler.meddle(a, c);
        else if (what == 10) handler.pass(c);
        else if (what == 11) handler.intrude(a, b, c);
        else if (what == 12) handler.reserve(a, b, c & 0xffff, c >> 16);
        else if (what == 13) handler.split(a, b, c);
        else if (what == 14) handler.merge(a, b);
        else if (what == 15) handler.checkIn(a, b);
        else if (what == 16) handler.settleSlots();
        else if (what == 17) handler.transferSlot(a, b);
        else if (what == 18) handler.refundSlot(a, b);
        else handler.moveSlot(a, b, c);
    }

    function _creditsAreConserved() private view {
        uint256 sum = network.credits.escrowed();
        assertEq(
            sum,
            network.credits.escrowOf(address(network.market)) + network.credits.escrowOf(address(network.slots)),
            "two escrows"
        );
        for (uint256 i; i < handler.actorCount(); ++i) {
            sum += network.credits.balanceOf(handler.actors(i));
            assertEq(network.credits.balanceOf(handler.actors(i)), model.free(handler.actors(i)), "balance");
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
        assertEq(sum, network.credits.escrowOf(address(network.market)), "escrow of rentals");
        sum = 0;
        for (uint256 id = 1; id <= model.slotCount(); ++id) {
            sum += model.escrowOf(id);
        }
        assertEq(sum, network.credits.escrowOf(address(network.slots)), "escrow of slots");
    }

    function _rentalsAreAsTheModelSays() private view {
        for (uint256 id = 1; id <= model.count(); ++id) {
            Rental memory rental = network.market.rentalOf(id);
            Model.Use memory u = model.use(id);
            assertEq(uint8(rental.tier), uint8(u.tier), "tier");
            assertEq(rental.customer, u.customer, "customer");
            assertEq(rental.gpuId, u.gpu, "gpu");
            assertEq(rental.poolId, u.pool, "pool");
            assertEq(rental.rateDcPerHour, u.rate, "rate");
            assertEq(rental.startAt, u.startAt, "start");
            assertEq(rental.escrowDc, u.deposited, "deposited");
            assertEq(rental.burnedDc, u.burned, "burned");
            assertEq(rental.settledAt, u.settledAt, "settled");
            assertEq(rental.endsBy, u.endsBy == model.NEVER() ? 0 : u.endsBy, "ends by");
            assertEq(rental.isEnded, u.isOver, "ended");
        }
    }

    function _slotsAreAsTheModelSays() private view {
        uint256 held;
        for (uint256 id = 1; id <= model.slotCount(); ++id) {
            Model.Hours memory s = model.slot(id);
            if (s.isGone) continue;
            ++held;
            Slot memory slot = network.slots.slotOf(id);
            assertEq(network.slots.ownerOf(id), s.holder, "holder");
            assertEq(slot.gpuId, s.gpu, "gpu of slot");
            assertEq(slot.startHour, s.start, "start of slot");
            assertEq(slot.endHour, s.end, "end of slot");
            assertEq(slot.settledHour, s.settled, "settled of slot");
            assertEq(slot.hourlyDc, s.hourly, "price of slot");
            assertEq(network.slots.escrowOf(id), model.escrowOf(id), "escrow of slot");
        }
        for (uint256 i; i < handler.actorCount(); ++i) {
            held -= network.slots.balanceOf(handler.actors(i));
        }
        assertEq(held, 0, "slots held");
    }

    /// The next day, and the edges of each slot beyond.
    function _calendarsAreAsTheModelSays() private view {
        uint256 hourNow = vm.getBlockTimestamp() / 1 hours;
        for (uint256 gpu = 1; gpu <= handler.GPUS(); ++gpu) {
            for (uint256 hour = hourNow; hour < hourNow + 26; ++hour) {
                assertEq(network.market.isBooked(gpu, hour), model.isBooked(gpu, hour), "calendar");
            }
        }
        for (uint256 id = 1; id <= model.slotCount(); ++id) {
            Model.Hours memory s = model.slot(id);
            if (s.isGone || s.start <= hourNow) continue;
            for (uint256 hour = s.start - 1; hour < s.start + 1; ++hour) {
                assertEq(network.market.isBooked(s.gpu, hour), model.isBooked(s.gpu, hour), "calendar at a start");
            }
            for (uint256 hour = s.end - 1; hour < s.end + 1; ++hour) {
                assertEq(network.market.isBooked(s.gpu, hour), model.isBooked(s.gpu, hour), "calendar at an end");
            }
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
            address user = running[gpu] == 0 ? address(0) : model.use(running[gpu]).customer;
            assertEq(network.market.userOf(gpu), user, "user");
        }
    }

    function _talliesAgree() private view {
        uint256 last = network.rewards.epochAt(uint64(vm.getBlockTimestamp()));
        uint256 ever;
        for (uint256 epoch; epoch <= last; ++epoch) {
            assertEq(network.rewards.burnedIn(epoch), model.inEpoch(epoch), "epoch");
            ever += network.rewards.burnedIn(epoch);
        }
        assertEq(ever, model.burned(), "epochs");
        uint256 inLast;
        for (uint256 pool = 1; pool <= handler.POOLS(); ++pool) {
            UseTally memory tally = network.rewards.tallyOfPool(pool);
            assertEq(tally.inEpochDc, model.inEpochByPool(tally.epoch, pool), "pool");
            ever -= tally.lifetimeDc;
            if (tally.epoch == last) inLast += tally.inEpochDc;
        }
        assertEq(ever, 0, "pools");
        assertEq(inLast, model.inEpoch(last), "pools in the epoch");
        ever = model.burned();
        for (uint256 gpu = 1; gpu <= handler.GPUS(); ++gpu) {
            UseTally memory tally = network.rewards.tallyOfGpu(gpu);
            assertEq(tally.inEpochDc, model.inEpochByGpu(tally.epoch, gpu), "gpu");
            ever -= tally.lifetimeDc;
            if (tally.epoch == last) inLast -= tally.inEpochDc;
        }
        assertEq(ever, 0, "gpus");
        assertEq(inLast, 0, "gpus in the epoch");
    }

    function _bctAreBurnedForCredits() private view {
        assertEq(network.token.totalSupply(), _bctSupply - handler.bctBurned());
    }

    /// Whatever happened, everybody gets out: all rentals can be ended and all slots settled once their time has passed.
    function afterInvariant() external {
        skip(40 days);
        for (uint256 id = 1; id <= model.count(); ++id) {
            if (!network.market.rentalOf(id).isEnded) network.market.end(id);
        }
        for (uint256 id = 1; id <= model.slotCount(); ++id) {
            if (!model.slot(id).isGone) network.slots.settleSlot(id);
        }
        assertEq(network.credits.escrowed(), 0, "left in escrow");
    }
}
