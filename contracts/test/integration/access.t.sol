// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Network, Deployment, Params} from "contracts/script/Deployment.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {IEpochClock} from "contracts/src/interfaces/IEpochClock.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {Roles} from "contracts/src/libraries/Roles.sol";
import {Base} from "contracts/test/Base.t.sol";

/// Who may do what once a network stands.
contract AccessTest is Base {
    /// Every restricted function of the network, with arguments that would otherwise do.
    function _restricted() private view returns (address[] memory targets, bytes[] memory calls) {
        targets = new address[](11);
        calls = new bytes[](11);
        targets[0] = address(network.token);
        calls[0] = abi.encodeCall(network.token.mint, (stranger, 1));
        targets[1] = address(network.reportedFeed);
        calls[1] = abi.encodeCall(network.reportedFeed.setReporters, (reporters, 3));
        targets[2] = address(network.credits);
        calls[2] = abi.encodeCall(network.credits.setKeepers, (stranger, bob));
        targets[3] = address(network.credits);
        calls[3] = abi.encodeCall(network.credits.setMintLimit, (1, 1));
        targets[4] = address(network.credits);
        calls[4] = abi.encodeCall(network.credits.setPaused, (true));
        targets[5] = address(network.gpus);
        calls[5] = abi.encodeCall(network.gpus.setMarket, (stranger));
        targets[6] = address(network.market);
        calls[6] = abi.encodeCall(network.market.setPaused, (true));
        targets[7] = address(network.rewards);
        calls[7] = abi.encodeCall(network.rewards.setMeters, (stranger, bob));
        targets[8] = address(network.rewards);
        calls[8] = abi.encodeCall(network.rewards.setKappa, (1));
        targets[9] = address(network.rewards);
        calls[9] = abi.encodeCall(network.rewards.setOracles, (reporters, 3));
        targets[10] = address(network.rewards);
        calls[10] = abi.encodeCall(network.rewards.veto, (0, "no such epoch"));
    }

    function test_StrangersCanDoNothingThatIsRestricted() external {
        _refusesAll(stranger);
    }

    function test_OperatorsAndReportersCanDoNothingThatIsRestricted() external {
        _refusesAll(owner);
        _refusesAll(reporters[0]);
    }

    function test_TheDeployerKeepsNoRight() external {
        _refusesAll(address(deployer));
        (bool isAdmin,) = network.manager.hasRole(0, address(deployer));
        assertFalse(isAdmin);
    }

    function test_TheGuardianPausesAndNothingElse() external {
        (address[] memory targets, bytes[] memory calls) = _restricted();
        for (uint256 i; i < targets.length; ++i) {
            vm.prank(guardian);
            (bool isDone,) = targets[i].call(calls[i]);
            // no epoch can be vetoed yet: see veto.t.sol
            assertEq(isDone, i == 4 || i == 6, vm.toString(i));
        }
    }

    function test_TheAdminIsNeitherGuardianNorMinter() external {
        (address[] memory targets, bytes[] memory calls) = _restricted();
        for (uint256 i; i < targets.length; ++i) {
            if (i != 0 && i != 4 && i != 6 && i != 10) continue;
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, admin));
            vm.prank(admin);
            (bool isDone,) = targets[i].call(calls[i]);
            assertTrue(isDone, "the revert was expected");
        }
    }

    function test_RewardsMintBctAndWhomTheAdminNames() external {
        vm.prank(address(network.rewards));
        network.token.mint(bob, 3);
        assertEq(network.token.balanceOf(bob), 3);
        vm.prank(admin);
        network.manager.grantRole(Roles.MINTER, bob, 0);
        vm.prank(bob);
        network.token.mint(alice, 5);
        assertEq(network.token.balanceOf(alice), 5);
        assertEq(network.token.totalSupply(), 1e27 + 8);
    }

    function test_TheMarketIsNamedOnce() external {
        address market = address(network.market);
        vm.startPrank(admin);
        (, address slots) = network.credits.keepers();
        vm.expectRevert(abi.encodeWithSelector(IDataCredits.DataCredits_KeepersSet.selector, market, slots));
        network.credits.setKeepers(stranger, bob);
        vm.expectRevert(IEpochRewards.EpochRewards_MetersSet.selector);
        network.rewards.setMeters(stranger, bob);
        vm.expectRevert(abi.encodeWithSelector(IGpuNFT.GpuNFT_MarketSet.selector, market));
        network.gpus.setMarket(stranger);
        assertEq(network.gpus.market(), market);
    }

    /// With a delay, what the admin does must have been announced.
    function test_ADelayedAdminMustAnnounceFirst() external {
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

    function test_ADeployerWhoIsTheAdminStaysOne() external {
        Params memory p = _params();
        p.admin = address(deployer);
        Network memory n = deployer.deploy(p);
        (bool isAdmin, uint32 delay) = n.manager.hasRole(0, address(deployer));
        assertTrue(isAdmin);
        assertEq(delay, 0);
    }

    function test_RefusesToDeployForNobody() external {
        Params memory p = _params();
        p.admin = address(0);
        _refusesToDeploy(p, abi.encodeWithSelector(Deployment.Deployment_ZeroAddress.selector, "admin"));
        p = _params();
        p.guardian = address(0);
        _refusesToDeploy(p, abi.encodeWithSelector(Deployment.Deployment_ZeroAddress.selector, "guardian"));
        p = _params();
        p.treasury = address(0);
        _refusesToDeploy(p, abi.encodeWithSelector(Deployment.Deployment_ZeroAddress.selector, "treasury"));
    }

    function test_RefusesEpochsThatCannotBe() external {
        Params memory p = _params();
        p.epochLength = 0;
        _refusesToDeploy(p, abi.encodeWithSelector(IEpochClock.EpochClock_BadEpochs.selector, 0, 0));
        p = _params();
        p.genesisTime = START + 1;
        _refusesToDeploy(p, abi.encodeWithSelector(IEpochClock.EpochClock_BadEpochs.selector, START + 1, 1 days));
        p.genesisTime = START;
        assertEq(deployer.deploy(p).market.epochAt(START + 1 days), 1);
    }

    function _refusesAll(address account) private {
        (address[] memory targets, bytes[] memory calls) = _restricted();
        for (uint256 i; i < targets.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, account));
            vm.prank(account);
            (bool isDone,) = targets[i].call(calls[i]);
            assertTrue(isDone, "the revert was expected");
        }
    }

    function _refusesToDeploy(Params memory p, bytes memory refusal) private {
        vm.expectRevert(refusal);
        deployer.deploy(p);
    }
}
