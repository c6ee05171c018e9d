// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {RentalWords} from "contracts/src/libraries/RentalWords.sol";
import {SlotWords} from "contracts/src/libraries/SlotWords.sol";
import {Rental, Slot, Tier} from "contracts/src/types/Types.sol";
import {Test} from "contracts/test/utils/TestKit.sol";

/// What is packed by hand comes out as it went in, field by field, or is refused.
contract WordsTest is Test {
    using RentalWords for RentalWords.Words;
    using SlotWords for uint256;

    RentalWords.Words private _words;

    function testFuzz_ARentalComesOutAsItWentIn(
        address customer,
        uint8 tier,
        uint32[6] memory fields,
        uint40 rate,
        uint56[2] memory amounts,
        bool isEnded
    ) external {
        Rental memory rental = _rental(customer, tier, fields, rate, amounts);
        _words.store(rental);
        assertEq(abi.encode(_words.load()), abi.encode(rental));
        // each settlement and each end store the second word only
        (rental.burnedDc, rental.isEnded) = (amounts[0], isEnded);
        rental.settledAt = fields[5];
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

    function _rental(address customer, uint8 tier, uint32[6] memory fields, uint40 rate, uint56[2] memory amounts)
        private
        pure
        returns (Rental memory rental)
    {
        rental.customer = customer;
        rental.tier = Tier(tier % 3);
        (rental.gpuId, rental.poolId, rental.operatorId) = (fields[0], fields[1], fields[2]);
        (rental.startAt, rental.settledAt, rental.endsBy) = (fields[3], fields[4], fields[5]);
        rental.rateDcPerHour = rate;
        (rental.escrowDc, rental.burnedDc) = (amounts[0], amounts[1]);
    }

    function _refuses(Rental memory rental, uint8 bits, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, bits, value));
        this.store(rental);
    }
}
