// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Rental} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

/// The order and number of settlements, whoever makes them, change nothing in what a rental costs.
contract SettlementFuzzTest is Base {
    function testFuzz_AnySettlementsBurnTheSameTotal(
        uint64 rate,
        uint128 escrowDc,
        uint24[8] memory pauses,
        bool isEndedByCustomer
    ) external {
        rate = uint64(bound(rate, 1, 1_000_000e6));
        uint256 minEscrow = (uint256(rate) + 59) / 60;
        uint256 escrow = bound(escrowDc, minEscrow, uint256(rate) * 168);
        uint256 id = _rentAt(rate, escrow);

        uint256 burned;
        uint256 used;
        for (uint256 i; i < pauses.length; ++i) {
            uint256 pause = pauses[i] % 2 days;
            skip(pause);
            used += pause;
            burned += network.market.settle(id);
        }
        uint256 paid = escrow * 3600 / rate;
        if (used > paid) used = paid;
        else if (!isEndedByCustomer) used = paid;
        vm.warp(START + used);
        vm.prank(alice);
        network.market.end(id);

        // ⌈rate · seconds / 3600⌉, whatever happened on the way
        uint256 owed = uint256(rate) * used / 3600 + (uint256(rate) * used % 3600 == 0 ? 0 : 1);
        Rental memory rental = network.market.rentalOf(id);
        assertEq(rental.burnedDc, owed, "burned");
        assertLe(burned, owed, "burned on the way");
        assertEq(network.credits.balanceOf(alice), escrow - owed, "refund");
        assertEq(network.credits.totalSupply(), escrow - owed, "supply");
        assertEq(network.credits.escrowed(), 0, "escrow");
    }

    /// Paying at once or in parts buys the same time.
    function testFuzz_TopUpsAddUp(uint64 rate, uint128 firstDc, uint128 secondDc) external {
        rate = uint64(bound(rate, 60, 1_000_000e6));
        uint256 minEscrow = (uint256(rate) + 59) / 60;
        uint256 first = bound(firstDc, minEscrow, uint256(rate) * 84);
        uint256 second = bound(secondDc, 1, uint256(rate) * 84);
        uint256 id = _rentAt(rate, first);
        _giveDc(bob, second);
        vm.prank(bob);
        network.market.topUp(id, second);
        assertEq(network.market.paidUntil(id), START + (first + second) * 3600 / rate);
        assertEq(network.credits.escrowed(), first + second);
    }

    function testFuzz_OwesSomethingFromTheFirstSecondOn(uint64 rate, uint16 duration) external {
        rate = uint64(bound(rate, 1, 1_000_000e6));
        uint256 used = bound(duration, 1, 3600);
        uint256 id = _rentAt(rate, rate);
        skip(used);
        assertGt(network.market.due(id), 0);
        assertLe(network.market.due(id), rate);
    }

    function _rentAt(uint64 rate, uint256 escrow) private returns (uint256) {
        vm.prank(owner);
        network.pools.setRates(poolId, _rates(rate));
        vm.prank(admin);
        network.credits.setMintLimit(type(uint128).max, 1);
        deal(address(network.token), treasury, 1e45);
        return _rent(alice, gpuId, escrow);
    }
}
