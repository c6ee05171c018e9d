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
        bool isEnded,
        uint32[6] memory small,
        uint40 rate,
        uint56[2] memory money
    ) external {
        Rental memory rental = Rental({
            customer: customer,
            tier: Tier(tier % 3),
            isEnded: isEnded,
            gpuId: small[0],
            poolId: small[1],
            operatorId: small[2],
            rateDcPerHour: rate,
            startAt: small[3],
            settledAt: small[4],
            endsBy: small[5],
            escrowDc: money[0],
            burnedDc: money[1]
        });
        _words.store(rental);
        assertEq(abi.encode(_words.load()), abi.encode(rental));
    }

    /// Each settlement and each end store the second word only.
    function testFuzz_AChangeLeavesThePartiesAlone(address customer, uint40 rate, uint56 burnedDc, bool isEnded)
        external
    {
        Rental memory rental = Rental(customer, Tier.SPOT, false, 1, 2, 3, rate, 4, 5, 6, type(uint56).max, 0);
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
