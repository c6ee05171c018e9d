// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {EndReason, GpuStatus, Rental, Tier} from "contracts/src/types/Types.sol";
import {Base} from "contracts/test/Base.t.sol";

contract RentOnDemandTest is Base {
    function test_StartsARentalPaidUntilTheEscrowRunsOut() external {
        _giveDc(alice, 10e6);
        // 5 DC at 2.50 DC per hour last 2 hours
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalStarted(
            1, gpuId, alice, Tier.ON_DEMAND, poolId, operatorId, RATE, 5e6, START, START + 7200, 0
        );
        vm.prank(alice);
        uint256 rentalId = network.market.rentOnDemand(gpuId, 5e6, RATE);

        assertEq(rentalId, 1);
        assertEq(network.market.runningRental(gpuId), 1);
        assertEq(network.market.paidUntil(1), START + 7200);
        assertEq(network.credits.balanceOf(alice), 5e6);
        assertEq(network.credits.escrowed(), 5e6);
        Rental memory rental = network.market.rentalOf(1);
        assertEq(rental.customer, alice);
        assertEq(rental.rateDcPerHour, RATE);
        assertEq(rental.gpuId, gpuId);
        assertEq(uint8(rental.tier), uint8(Tier.ON_DEMAND));
        assertEq(rental.startAt, START);
        assertEq(rental.settledAt, START);
        assertEq(rental.escrowDc, 5e6);
        assertEq(rental.burnedDc, 0);
        assertFalse(rental.isEnded);
    }

    function test_KeepsItsRateWhenThePoolChangesIts() external {
        uint256 rentalId = _rent(alice, gpuId, 5e6);
        vm.prank(owner);
        network.pools.setRates(poolId, _rates(2 * RATE));
        skip(1 hours);
        assertEq(network.market.due(rentalId), 2_500_000);
    }

    function test_RefusesABusyGpu() external {
        uint256 rentalId = _rent(alice, gpuId, 5e6);
        _giveDc(bob, 5e6);
        skip(7199);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_GpuBusy.selector, gpuId, rentalId));
        vm.prank(bob);
        network.market.rentOnDemand(gpuId, 5e6, RATE);
    }

    /// The GPU is free at `paidUntil` itself, whether or not anyone has ended the rental.
    function test_FinalisesTheRentalWhoseFundsRanOut() external {
        // 1 µDC more than two hours cost: not worth another second, so it is refunded
        uint256 first = _rent(alice, gpuId, 5e6 + 1);
        _giveDc(bob, 5e6);
        skip(7200);
        assertEq(network.market.runningRental(gpuId), 0);

        vm.expectEmit(address(network.market));
        emit IMeter.UsageSettled(first, gpuId, poolId, operatorId, alice, 5e6, 2.5e18, START, START + 7200, 0);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalEnded(first, gpuId, EndReason.FUNDS, 1, START + 7200);
        vm.expectEmit(address(network.market));
        emit IMarketplace.RentalStarted(
            2, gpuId, bob, Tier.ON_DEMAND, poolId, operatorId, RATE, 5e6, START + 7200, START + 14_400, 0
        );
        vm.prank(bob);
        uint256 second = network.market.rentOnDemand(gpuId, 5e6, RATE);

        assertTrue(network.market.rentalOf(first).isEnded);
        assertEq(network.market.runningRental(gpuId), second);
        assertEq(network.credits.balanceOf(alice), 1);
    }

    function test_RefusesAGpuThatIsNotActive() external {
        vm.prank(owner);
        network.gpus.setStatus(gpuId, GpuStatus.OFFLINE);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_GpuNotActive.selector, gpuId));
        network.market.rentOnDemand(gpuId, 5e6, RATE);
    }

    function test_RefusesAGpuThatDoesNotExist() external {
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_NoGpu.selector, 99));
        network.market.rentOnDemand(99, 5e6, RATE);
    }

    function test_RefusesARateAboveTheCustomersMaximum() external {
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_RateAboveMax.selector, RATE, RATE - 1));
        network.market.rentOnDemand(gpuId, 5e6, RATE - 1);
    }

    /// 60 s at 2.50 DC per hour cost 41,666.67 µDC.
    function test_RefusesAnEscrowForLessThanAMinute() external {
        _giveDc(alice, 1e6);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_TooShort.selector, 41_666, 41_667));
        vm.prank(alice);
        network.market.rentOnDemand(gpuId, 41_666, RATE);

        vm.prank(alice);
        uint256 rentalId = network.market.rentOnDemand(gpuId, 41_667, RATE);
        assertEq(network.market.paidUntil(rentalId), START + 60);
    }

    /// 7 days at 2.50 DC per hour cost 420 DC; a second costs 694.44 µDC.
    function test_RefusesAnEscrowForMoreThanSevenDays() external {
        _giveDc(alice, 421e6);
        vm.expectRevert(
            abi.encodeWithSelector(IMarketplace.Marketplace_TooFarAhead.selector, START + 604_801, START + 604_800)
        );
        vm.prank(alice);
        network.market.rentOnDemand(gpuId, 420_000_695, RATE);

        vm.prank(alice);
        uint256 rentalId = network.market.rentOnDemand(gpuId, 420_000_694, RATE);
        assertEq(network.market.paidUntil(rentalId), START + 604_800);
    }

    function test_RefusesAnAbsurdEscrowWithTheSameError() external {
        vm.expectPartialRevert(IMarketplace.Marketplace_TooFarAhead.selector);
        network.market.rentOnDemand(gpuId, type(uint256).max, RATE);
    }

    function test_RefusesACustomerWithoutTheCredits() external {
        _giveDc(alice, 1e6);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_Insufficient.selector, alice, 1e6, 5e6));
        vm.prank(alice);
        network.market.rentOnDemand(gpuId, 5e6, RATE);
    }
}
