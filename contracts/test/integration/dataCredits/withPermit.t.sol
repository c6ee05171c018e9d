// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IDataCredits} from "contracts/src/interfaces/IDataCredits.sol";
import {PermitSignature} from "contracts/src/types/Types.sol";
import {EpochBase} from "contracts/test/EpochBase.t.sol";

contract WithPermitTest is EpochBase {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant INVOICE = "invoice 7";

    address private _payer;
    uint256 private _key;

    function setUp() public override {
        super.setUp();
        (_payer, _key) = makeAddrAndKey("payer");
        deal(address(token), _payer, 10e18);
    }

    function test_BuysWithoutAnApprovalBefore() external {
        vm.expectEmit(address(credits));
        emit IDataCredits.CreditsMinted(_payer, bob, INVOICE, 3e18, 6e6, 2e8);
        PermitSignature memory signature = _sign(3e18);
        vm.prank(_payer);
        assertEq(credits.mintForWithPermit(bob, 3e18, 6e6, INVOICE, signature), 6e6);
        assertEq(credits.balanceOf(bob), 6e6);
        assertEq(token.balanceOf(_payer), 7e18);
        assertEq(token.allowance(_payer, address(credits)), 0);
    }

    function test_BuysAnExactAmountWithoutAnApprovalBefore() external {
        PermitSignature memory signature = _sign(4e18);
        vm.expectEmit(address(credits));
        emit IDataCredits.CreditsMinted(_payer, bob, INVOICE, 3e18, 6e6, 2e8);
        vm.prank(_payer);
        assertEq(credits.mintExactForWithPermit(bob, 6e6, 4e18, INVOICE, signature), 3e18);
        // the most that was signed for, less what it cost
        assertEq(token.allowance(_payer, address(credits)), 1e18);
    }

    function test_BuysAllTheSame() external {
        PermitSignature memory s = _sign(3e18);
        vm.prank(stranger);
        token.permit(_payer, address(credits), 3e18, s.deadline, s.v, s.r, s.s);
        vm.prank(_payer);
        assertEq(credits.mintForWithPermit(_payer, 3e18, 0, 0, s), 6e6);

        s = _sign(4e18);
        vm.prank(stranger);
        token.permit(_payer, address(credits), 4e18, s.deadline, s.v, s.r, s.s);
        vm.prank(_payer);
        assertEq(credits.mintExactForWithPermit(_payer, 8e6, 4e18, 0, s), 4e18);
    }

    function test_BuysByAnApprovalThatStands() external {
        vm.startPrank(_payer);
        token.approve(address(credits), 3e18);
        assertEq(credits.mintForWithPermit(_payer, 3e18, 0, 0, PermitSignature(0, 27, 0, 0)), 6e6);
    }

    function test_RefusesWhatNobodyApproved() external {
        bytes memory refusal =
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(credits), 0, 3e18);
        // signed for another amount
        PermitSignature memory signature = _sign(2e18);
        vm.expectRevert(refusal);
        vm.prank(_payer);
        credits.mintForWithPermit(_payer, 3e18, 0, 0, signature);
        // somebody else's signature gives nothing to spend
        signature = _sign(3e18);
        vm.expectRevert(refusal);
        vm.prank(stranger);
        credits.mintExactForWithPermit(stranger, 6e6, 3e18, 0, signature);
    }

    function _sign(uint256 bctAmount) private view returns (PermitSignature memory s) {
        s.deadline = START + 60;
        bytes32 message =
            keccak256(abi.encode(PERMIT, _payer, address(credits), bctAmount, token.nonces(_payer), s.deadline));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), message));
        (s.v, s.r, s.s) = vm.sign(_key, digest);
    }
}
