// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {Base} from "contracts/test/Base.t.sol";

contract SettleTest is Base {
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _rent(alice, gpuId, 5e6);
    }

    function test_BurnsWhatHasAccruedAndTalliesIt() external {
        skip(1 hours);
        assertEq(network.market.due(_id), 2_500_000);
        vm.expectEmit(address(network.market));
        emit IMeter.UsageSettled(_id, gpuId, poolId, operatorId, alice, 2_500_000, 1.25e18, START, START + 3600, 0);
        vm.prank(stranger);
        assertEq(network.market.settle(_id), 2_500_000);

        assertEq(network.market.due(_id), 0);
        assertEq(network.rewards.burnedIn(0), 2_500_000);
        assertEq(network.rewards.tallyOfPool(poolId).inEpochDc, 2_500_000);
        assertEq(network.rewards.tallyOfGpu(gpuId).inEpochDc, 2_500_000);
        assertEq(network.credits.escrowed(), 2_500_000);
        assertEq(network.credits.totalSupply(), 2_500_000);
        assertEq(network.market.rentalOf(_id).burnedDc, 2_500_000);
        assertEq(network.market.rentalOf(_id).settledAt, START + 3600);
    }

    /// 2.50 DC at 3 USD per BCT are worth 0.8333… BCT.
    function test_RoundsTheWorthInBctDown() external {
        skip(1 hours);
        _answer(3e8, block.timestamp);
        vm.expectEmit(address(network.market));
        emit IMeter.UsageSettled(
            _id, gpuId, poolId, operatorId, alice, 2_500_000, 833_333_333_333_333_333, START, START + 3600, 0
        );
        network.market.settle(_id);
    }

    /// 694.44 µDC per second: owed in all 695, 1389, 2084, so the parts are 695, 694, 695 and not three times 695.
    function test_NeverSumsRoundedParts() external {
        skip(1);
        assertEq(network.market.settle(_id), 695);
        skip(1);
        assertEq(network.market.settle(_id), 694);
        skip(1);
        assertEq(network.market.settle(_id), 695);
    }

    function test_TilesTheTimeOfTheRental() external {
        skip(100);
        network.market.settle(_id);
        skip(50);
        // 100 s owe 69,444.44 µDC, 150 s owe 104,166.67
        vm.expectEmit(address(network.market));
        emit IMeter.UsageSettled(
            _id, gpuId, poolId, operatorId, alice, 34_722, 0.017361e18, START + 100, START + 150, 0
        );
        network.market.settle(_id);
    }

    /// At 1 µDC per hour the first second owes the whole hour; the rest of it is free, and told with what comes next.
    function test_LeavesTheTimeOpenWhenNothingIsDue() external {
        uint256 cheapGpu = _mintGpu(_createPool(operatorId, 1), "cheap");
        uint256 id = _rent(bob, cheapGpu, 2);
        skip(1);
        assertEq(network.market.settle(id), 1);
        skip(3599);
        vm.recordLogs();
        assertEq(network.market.settle(id), 0);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(network.market.rentalOf(id).settledAt, START + 1);
        skip(1);
        assertEq(network.market.settle(id), 1);
        assertEq(network.market.rentalOf(id).settledAt, START + 3601);
    }

    function test_StopsAtTheEscrow() external {
        skip(30 days);
        assertEq(network.market.settle(_id), 5e6);
        assertEq(network.market.rentalOf(_id).settledAt, START + 7200);
        assertEq(network.market.settle(_id), 0);
        assertFalse(network.market.rentalOf(_id).isEnded);
    }

    function test_BurnsNothingOfAnEndedRental() external {
        vm.prank(alice);
        network.market.end(_id);
        skip(1 hours);
        assertEq(network.market.due(_id), 0);
        assertEq(network.market.settle(_id), 0);
    }

    function test_RefusesARentalThatDoesNotExist() external {
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_NoRental.selector, 99));
        network.market.settle(99);
    }

    /// 16 hours after START is midnight UTC, where epoch 1 begins.
    function test_TalliesToTheEpochOfTheBlock() external {
        _report(PRICE);
        _giveDc(alice, 45e6);
        vm.prank(alice);
        network.market.topUp(_id, 45e6);
        skip(16 hours - 1);
        network.market.settle(_id);
        skip(1);
        network.market.settle(_id);
        // 57,599 s owe 39,999,305.6 µDC, 57,600 s owe 40 DC
        assertEq(network.rewards.burnedIn(0), 39_999_306);
        assertEq(network.rewards.burnedIn(1), 694);
    }

    function test_BurnsNothingOfAReservedRental() external {
        uint256 otherGpu = _mintGpu(poolId, "gpu 2");
        _giveDc(bob, RATE);
        vm.startPrank(bob);
        uint256 id = network.slots.checkIn(network.slots.reserve(otherGpu, START / 1 hours, 1, RATE));
        skip(2 hours);
        assertEq(network.market.due(id), 0);
        assertEq(network.market.settle(id), 0);
    }
}
