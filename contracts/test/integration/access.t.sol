// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Network, Params} from "contracts/script/Deployment.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {Roles} from "contracts/src/libraries/Roles.sol";
import {Base} from "contracts/test/Base.t.sol";

/// Who may do what once a network stands.
contract AccessTest is Base {
    uint64 private constant ADMIN = 0;

    /// A call with arguments that would otherwise do, and the role that may make it.
    struct Restricted {
        uint64 role;
        address target;
        bytes data;
    }

    Restricted[] private _restricted;

    function setUp() public override {
        super.setUp();
        _add(Roles.MINTER, address(network.token), abi.encodeCall(network.token.mint, (stranger, 1)));
        _add(ADMIN, address(network.reportedFeed), abi.encodeCall(network.reportedFeed.setReporters, (reporters, 3)));
        _add(ADMIN, address(network.gpus), abi.encodeCall(network.gpus.setMarket, (stranger)));
        address credits = address(network.credits);
        _add(ADMIN, credits, abi.encodeCall(network.credits.setKeepers, (stranger, bob)));
        _add(ADMIN, credits, abi.encodeCall(network.credits.setMintLimit, (1, 1)));
        _add(Roles.GUARDIAN, credits, abi.encodeCall(network.credits.setPaused, (true)));
        address market = address(network.market);
        _add(ADMIN, market, abi.encodeCall(network.market.setSlots, (stranger)));
        _add(Roles.GUARDIAN, market, abi.encodeCall(network.market.setPaused, (true)));
        address rewards = address(network.rewards);
        _add(ADMIN, rewards, abi.encodeCall(network.rewards.setMeters, (stranger, bob)));
        _add(ADMIN, rewards, abi.encodeCall(network.rewards.setKappa, (1)));
        _add(ADMIN, rewards, abi.encodeCall(network.rewards.setOracles, (reporters, 3)));
        _add(Roles.GUARDIAN, rewards, abi.encodeCall(network.rewards.veto, (0, "too much")));
    }

    function test_RefusesStrangersAllThatIsRestricted() external {
        _isRefusedAllBut(stranger, type(uint64).max);
    }

    function test_RefusesOperatorsAndReportersAllThatIsRestricted() external {
        _isRefusedAllBut(owner, type(uint64).max);
        _isRefusedAllBut(reporters[0], type(uint64).max);
    }

    function test_RefusesTheNetworksContractsAllButTheMintingOfRewards() external {
        _isRefusedAllBut(address(network.market), type(uint64).max);
        _isRefusedAllBut(address(network.slots), type(uint64).max);
        _isRefusedAllBut(address(network.credits), type(uint64).max);
        _isRefusedAllBut(address(network.gpus), type(uint64).max);
        _isRefusedAllBut(address(network.rewards), Roles.MINTER);
    }

    function test_RefusesTheDeployerWhoKeepsNoRight() external {
        _isRefusedAllBut(address(deployer), type(uint64).max);
        (bool isAdmin,) = network.manager.hasRole(ADMIN, address(deployer));
        assertFalse(isAdmin);
    }

    function test_LetsTheGuardianPauseAndVetoAndNothingElse() external {
        _isRefusedAllBut(guardian, Roles.GUARDIAN);
        vm.startPrank(guardian);
        network.credits.setPaused(true);
        network.market.setPaused(true);
        // it may, though there is nothing to veto yet
        vm.expectRevert(abi.encodeWithSelector(IEpochRewards.EpochRewards_NotCommitted.selector, 0));
        network.rewards.veto(0, "too much");
        assertTrue(network.credits.paused() && network.market.paused());
    }

    function test_LetsTheAdminBeNeitherGuardianNorMinter() external {
        _isRefusedAllBut(admin, ADMIN);
        vm.startPrank(admin);
        network.reportedFeed.setReporters(reporters, 3);
        network.credits.setMintLimit(1, 1);
        network.rewards.setKappa(1);
        network.rewards.setOracles(reporters, 3);
        assertEq(network.rewards.kappaBps(), 1);
    }

    function test_LetsRewardsMintBctAndWhomTheAdminNames() external {
        vm.prank(address(network.rewards));
        network.token.mint(bob, 3);
        vm.prank(admin);
        network.manager.grantRole(Roles.MINTER, bob, 0);
        vm.prank(bob);
        network.token.mint(alice, 5);
        assertEq(network.token.balanceOf(bob), 3);
        assertEq(network.token.balanceOf(alice), 5);
        assertEq(network.token.totalSupply(), 1e27 + 8);
    }

    function test_RefusesBecauseWhatIsWiredIsWiredOnce() external {
        (address market, address slots) = (address(network.market), address(network.slots));
        vm.startPrank(admin);
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_KeepersSet.selector, market, slots));
        network.credits.setKeepers(stranger, bob);
        vm.expectRevert(IEpochRewards.EpochRewards_MetersSet.selector);
        network.rewards.setMeters(stranger, bob);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_MarketSet.selector, market));
        network.gpus.setMarket(stranger);
        vm.expectRevert(abi.encodeWithSelector(IMarketplace.Marketplace_SlotsSet.selector, slots));
        network.market.setSlots(stranger);
        assertEq(network.gpus.market(), market);
        assertEq(network.market.slots(), slots);
    }

    /// With a delay, what the admin does must have been announced.
    function test_LetsTheAdminActOnlyAsAnnounced() external {
        Params memory p = _params();
        p.adminDelay = 2 days;
        Network memory n = deployer.deploy(p);
        bytes memory call = abi.encodeCall(n.credits.setMintLimit, (1, 1));
        vm.startPrank(admin);
        vm.expectPartialRevert(bytes4(keccak256("AccessManagerNotScheduled(bytes32)")));
        n.credits.setMintLimit(1, 1);
        n.manager.schedule(address(n.credits), call, 0);
        skip(2 days);
        n.credits.setMintLimit(1, 1);
        assertEq(n.credits.mintable(), 1);
    }

    function _add(uint64 role, address target, bytes memory data) private {
        _restricted.push(Restricted(role, target, data));
    }

    function _isRefusedAllBut(address account, uint64 role) private {
        for (uint256 i; i < _restricted.length; ++i) {
            if (_restricted[i].role == role) continue;
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, account));
            vm.prank(account);
            (bool isDone,) = _restricted[i].target.call(_restricted[i].data);
            assertTrue(isDone, "the revert was expected");
        }
    }
}
