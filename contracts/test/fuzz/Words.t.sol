// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {RentalWords} from "contracts/src/libraries/RentalWords.sol";
import {SlotWords} from "contracts/src/libraries/SlotWords.sol";
import {Rental, Slot, Tier} from "contracts/src/types/Types.sol";
import {TestKit} from "contracts/test/utils/TestKit.sol";

/// What is packed by hand comes out as it went in, field by field, or is refused.
contract WordsTest is TestKit {
    using RentalWords for RentalWords.Words;
    using SlotWords for uint256;

    RentalWords.Words private _words;

    function testFuzz_ARentalComesOutAsItWentIn(Rental memory rental) external {
        rental.gpuId = uint32(rental.gpuId);
        rental.poolId = uint32(rental.poolId);
        rental.operatorId = uint32(rental.operatorId);
        rental.rateDcPerHour = uint40(rental.rateDcPerHour);
        rental.startAt = uint32(rental.startAt);
        rental.settledAt = uint32(rental.settledAt);
        rental.endsBy = uint32(rental.endsBy);
        rental.escrowDc = uint56(rental.escrowDc);
        rental.burnedDc = uint56(rental.burnedDc);
        _words.store(rental);
        assertEq(abi.encode(_words.load()), abi.encode(rental));
    }

    /// Each settlement and each end store the second word only.
    function testFuzz_AChangeLeavesThePartiesAlone(Rental memory rental, uint56 burnedDc, bool isEnded) external {
        rental = Rental(
            rental.customer, Tier.SPOT, false, 1, 2, 3, uint40(rental.rateDcPerHour), 4, 5, 6, type(uint56).max, 0
        );
        _words.store(rental);
        (rental.burnedDc, rental.isEnded) = (burnedDc, isEnded);
        _words.storeState(rental);
        assertEq(abi.encode(_words.load()), abi.encode(rental));
    }

    function test_RefusesARentalThatDoesNotFit() external {
        Rental memory rental;
        rental.escrowDc = 1 << 56;
        _refuses(rental, 56, 1 << 56);
        rental.escrowDc = 0;
        rental.rateDcPerHour = 1 << 40;
        _refuses(rental, 40, 1 << 40);
        rental.rateDcPerHour = 0;
        rental.gpuId = 1 << 32;
        _refuses(rental, 32, 1 << 32);
    }

    function testFuzz_ASlotComesOutAsItWentIn(Slot memory slot) external pure {
        (slot.gpuId, slot.poolId) = (uint32(slot.gpuId), uint32(slot.poolId));
        assertEq(abi.encode(SlotWords.pack(slot).unpack()), abi.encode(slot));
    }

    function store(Rental memory rental) external {
        _words.store(rental);
    }

    function _refuses(Rental memory rental, uint8 bits, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, bits, value));
        this.store(rental);
    }
}
